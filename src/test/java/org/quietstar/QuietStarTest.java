package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.report.ThoughtColour;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/** The library from its front door: a run is trained once, and everything is asked of it. */
class QuietStarTest {
    private static final String RECIPE = """
            data:
              train: [datasets/tiny/train.jsonl]
              validation: [datasets/tiny/validation.jsonl]
              sequenceLength: 16
              batchSize: 2
            model: {hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2, kvHeads: 1, maxPositions: 64}
            thought: {thoughtTokens: 2, lookahead: 2}
            optimizer: {learningRate: 1.0e-2, warmupSteps: 1}
            evaluation: {maxTokens: 200}
            stages:
              - {name: language-model, train: {mode: language-model, steps: 3}}
              - {name: quiet-star, train: {mode: quiet-star, steps: 3}}
            """;

    @TempDir
    private static Path folder;

    private static Path run;
    private static PerplexityReport ofTrainer;
    private static String printed;

    @BeforeAll
    static void train() {
        run = folder.resolve("run");
        PrintStream out = System.out;
        var caught = new ByteArrayOutputStream();
        System.setOut(new PrintStream(caught, true, StandardCharsets.UTF_8));
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(RECIPE), run)) {
            assertThat(trainer.train()).isTrue();
            try (QuietStar model = QuietStar.of(trainer)) {
                ofTrainer = model.evaluate();
            }
            // The trainer still has what the model lent.
            assertThat(trainer.tokenizer().encode("a")).hasSize(1);
            assertThat(trainer.model().decoder().asMap().values())
                    .allSatisfy(array -> assertThat(array.wasClosed()).isFalse());
        } finally {
            System.setOut(out);
            printed = caught.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void nothingIsPrinted() {
        assertThat(printed).isEmpty();
    }

    @Test
    void recipesComeFromTextAndFilesWithOverrides() {
        RunConfig config = QuietStar.config(RECIPE, "stages.quiet-star.train.steps=9", "seed=5");
        assertThat(config.seed()).isEqualTo(5);
        assertThat(config.stages().get(1).train().steps()).isEqualTo(9);
        assertThat(QuietStar.config(run.resolve("config.yaml"), "seed=5").seed())
                .isEqualTo(5);
        assertThat(QuietStar.plan(config).stages()).hasSize(2);
        assertThatThrownBy(() -> QuietStar.config("model: {hidenSize: 16}"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("hiddenSize");
        assertThatThrownBy(() -> QuietStar.config("model: {family: gpt2, slidingWindow: 5}"))
                .as("what a family has no place for, as the command says")
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("model.family", "slidingWindow");
    }

    @Test
    void aLoadedModelScoresAsItsTrainerDid() {
        try (QuietStar model = QuietStar.load(run)) {
            assertThat(model.step()).hasValue(6);
            assertThat(model.thinks()).isTrue();
            List<Integer> heard = new ArrayList<>();
            PerplexityReport report = model.evaluate(List.of(), new EvaluationListener() {
                @Override
                public void onTokens(int scored, int wanted) {
                    assertThat(wanted).isEqualTo(200);
                    heard.add(scored);
                }
            });
            assertThat(report).isEqualTo(ofTrainer);
            assertThat(heard).isSorted().startsWith(0).endsWith(200);
        }
    }

    @Test
    void overridesAndOtherTextCount() throws Exception {
        Path text = Files.writeString(folder.resolve("other.txt"), "Anna has three apples and eats one of them now.\n");
        try (QuietStar model = QuietStar.load(run, "evaluation.maxTokens=50", "evaluation.bins=3")) {
            PerplexityReport own = model.evaluate();
            assertThat(own.tokens()).isEqualTo(50);
            assertThat(own.bins()).hasSize(3);
            PerplexityReport other = model.evaluate(List.of(text.toString()), EvaluationListener.none());
            assertThat(other.tokens()).isBetween(30, 50);
            assertThat(other.baseNll()).isNotEqualTo(own.baseNll());
        }
    }

    @Test
    void anEvaluationThatIsStoppedReportsOnWhatItHas() {
        try (QuietStar model = QuietStar.load(run)) {
            PerplexityReport report = model.evaluate(List.of(), new EvaluationListener() {
                @Override
                public void onTokens(int scored, int wanted) {
                    if (scored > 0) {
                        model.stop();
                    }
                }
            });
            assertThat(report.tokens()).isEqualTo(2 * 15);
            assertThat(model.evaluate()).as("the next is whole").isEqualTo(ofTrainer);
        }
    }

    @Test
    void aTextThatIsStoppedEndsThere() {
        GenerateOptions options =
                GenerateOptions.builder().maxTokens(30).seed(2).build();
        try (QuietStar model = QuietStar.load(run)) {
            List<GeneratedToken> heard = new ArrayList<>();
            Generation cut = model.generate("Tom", options, new GenerationListener() {
                @Override
                public void onToken(int prompt, GeneratedToken token) {
                    heard.add(token);
                    if (heard.size() == 3) {
                        model.stop();
                    }
                }
            });
            assertThat(cut.finish()).isEqualTo(Generation.Finish.CANCELLED);
            assertThat(cut.tokens()).isEqualTo(heard).hasSize(3);
            Generation whole = model.generate("Tom", options, GenerationListener.none());
            assertThat(whole.finish()).isNotEqualTo(Generation.Finish.CANCELLED);
            assertThat(whole.tokens().subList(0, 3)).isEqualTo(heard);
        }
    }

    @Test
    void readingATextTellsWhatEachThoughtGained() {
        try (QuietStar model = QuietStar.load(run)) {
            Generation read = model.read("Tom has 3.", GenerateOptions.defaults());
            assertThat(read.text()).isEqualTo("Tom has 3.");
            assertThat(read.tokens()).hasSize(10).allSatisfy(token -> {
                assertThat(token.thought().orElseThrow().ids()).hasSize(2);
                double base = token.baseLogProbability().orElseThrow();
                assertThat(token.gain().orElseThrow()).isCloseTo(token.logProbability() - base, within(1e-12));
            });
            assertThat(read.tokens())
                    .anySatisfy(token -> assertThat(token.gain().orElseThrow()).isNotZero());
            assertThat(Plots.thoughts(read, model.tokenizer(), ThoughtColour.GAIN)
                            .html())
                    .contains("gain of the thought");
            assertThatThrownBy(() -> model.read("", GenerateOptions.defaults())).isInstanceOf(QuietStarException.class);
        }
    }

    @Test
    void anExportIsTheSameModel() {
        Path exported = folder.resolve("exported");
        QuietStar.export(run, exported);
        try (QuietStar model = QuietStar.load(exported)) {
            assertThat(model.step()).isEmpty();
            assertThat(model.config().lastStage().data().sequenceLength()).isEqualTo(16);
            PerplexityReport report = model.evaluate();
            assertThat(report.mixedNll()).isEqualTo(ofTrainer.mixedNll());
            assertThat(report.baseNll()).isEqualTo(ofTrainer.baseNll());
        }
        assertThatThrownBy(() -> QuietStar.export(run, exported))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("not empty");
    }

    @Test
    void picturesOfARun() {
        assertThat(Plots.training(run).image().getWidth()).isEqualTo(1600);
        assertThat(Plots.comparison(List.of(run, run.resolve("../run")), "nll_base")
                        .png())
                .isNotEmpty();
        assertThat(Plots.gain(ofTrainer).html()).startsWith("<img");
    }

    @Test
    void whatAStageEndedWithIsLoaded() {
        Path branches = folder.resolve("branches");
        String recipe = RECIPE.replace("{name: quiet-star, ", "{name: quiet-star, thought: {thoughtTokens: 3}, ") + """
                  - {name: plain, from: language-model, train: {mode: language-model, steps: 2}}
                  - {name: none, from: language-model, train: {mode: language-model, steps: 0}}
                  - {name: later, train: {mode: language-model, steps: 2}}
                """;
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(recipe, "checkpoint.keepLast=1"), branches)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStage(StageConfig stage, int stepsDone) {
                    if (stage.name().equals("later")) {
                        trainer.stop();
                    }
                }
            });
            assertThat(trainer.train()).isFalse();
        }
        try (QuietStar thinks = QuietStar.ofStage(branches, "quiet-star", "evaluation.maxTokens=50");
                QuietStar base = QuietStar.ofStage(branches, "language-model");
                QuietStar same = QuietStar.ofStage(branches, "none")) {
            assertThat(thinks.step()).hasValue(6);
            assertThat(thinks.evaluate().tokens()).isEqualTo(50);
            assertThat(thinks.read("Tom", GenerateOptions.defaults()).tokens())
                    .allSatisfy(token ->
                            assertThat(token.thought().orElseThrow().ids()).hasSize(3));
            assertThat(base.thinks()).isFalse();
            assertThat(base.step()).hasValue(3);
            assertThat(same.step()).hasValue(3);
        }
        assertThatThrownBy(() -> QuietStar.ofStage(branches, "quite-star"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(branches + ": this run has no stage 'quite-star'; its stages: language-model, quiet-star,"
                        + " plain, none, later");
        assertThatThrownBy(() -> QuietStar.ofStage(branches, "later"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        branches + ": there is no checkpoint of the end of stage 'later' (step 10): the stage is not"
                                + " finished, or its checkpoint was not kept; stages with one: language-model, quiet-star,"
                                + " plain, none");
        assertThatThrownBy(() -> QuietStar.ofStage(folder, "plain")).isInstanceOf(QuietStarException.class);
    }

    @Test
    void aTaskIsAnsweredBesideThePlainModelOnceThereIsOne() throws IOException {
        Files.writeString(folder.resolve("items.jsonl"), """
                {"prompt": "hall red where", "answer": "barn"}
                {"prompt": "hall where", "answer": "hall"}
                {"prompt": "attic where", "answer": "attic"}
                """);
        Path file =
                Files.writeString(folder.resolve("task.yaml"), "items: items.jsonl\nchoices: [hall, attic, barn]\n");
        AnswerTask task = AnswerTask.read(file);
        Path branches = folder.resolve("beside-plain");
        String recipe = RECIPE.replace(
                "{name: quiet-star, ",
                "{name: plain, from: language-model, train: {mode: language-model, steps: 2}}\n"
                        + "  - {name: quiet-star, from: language-model, ");
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(recipe, "evaluation.tasks=" + file), branches)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStage(StageConfig stage, int stepsDone) {
                    Optional<QuietStar> plain = QuietStar.plain(branches);
                    assertThat(plain.isPresent()).isEqualTo(stage.name().equals("quiet-star"));
                    plain.ifPresent(QuietStar::close);
                }
            });
            assertThat(trainer.train()).isTrue();
        }
        try (QuietStar thinking = QuietStar.load(branches);
                QuietStar plain = QuietStar.plain(branches).orElseThrow()) {
            assertThat(plain.step()).hasValue(5);
            List<Integer> heard = new ArrayList<>();
            AnswerReport report = thinking.answers(task, Optional.of(plain), (done, all) -> heard.add(done));
            assertThat(report.all().items()).isEqualTo(3);
            assertThat(report.all().with()).isPresent();
            assertThat(report.all().plain())
                    .isEqualTo(Optional.of(plain.answers(task).all().without()));
            assertThat(report.thoughtTemperature()).isEqualTo(1.0);
            // Twelve letters begin the three answers of each item; with thoughts twice, then by the plain model.
            assertThat(heard).containsExactly(0, 32, 36, 68, 72, 0, 32, 36);
        }
        assertThat(QuietStar.plain(run)).isEmpty();
    }

    @Test
    void aStageWithoutStepsHasNoCheckpoint() {
        Path untrained = folder.resolve("untrained");
        RunConfig config = QuietStar.config(RECIPE, "stages.language-model.train.steps=0");
        try (Trainer trainer = QuietStar.trainer(config, untrained)) {
            assertThatThrownBy(() -> QuietStar.ofStage(untrained, "language-model"))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessage(untrained + ": the stage 'language-model' has no steps, and so no checkpoint; so far no"
                            + " stage of the run has one");
            assertThat(trainer.step()).isZero();
        }
    }

    @Test
    void whatIsNoModelIsNamed() {
        assertThatThrownBy(() -> QuietStar.load(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("neither a run");
        assertThatThrownBy(() -> QuietStar.resume(folder)).isInstanceOf(QuietStarException.class);
    }
}
