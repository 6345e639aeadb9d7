package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtSampler;
import org.quietstar.thought.TokenRules;

/** The formula against the shapes of the products in the graphs. */
class TrainingFlopsTest {
    private static final int VOCABULARY = 300;
    private static final double PERCENT = 5;

    @TempDir
    private Path folder;

    private static StageConfig stage(String mode, String... sets) {
        String yaml = "stages: [{name: only, train: {mode: " + mode + "}}]";
        String[] all = Arrays.copyOf(sets, sets.length + 4);
        all[sets.length] = "model.hiddenSize=32";
        all[sets.length + 1] = "model.intermediateSize=80";
        all[sets.length + 2] = "model.layers=2";
        all[sets.length + 3] = "model.kvHeads=2";
        return SmallRecipe.stages(yaml, all).lastStage();
    }

    private static ModelConfig model(boolean tied) {
        return SmallRecipe.with()
                .model()
                .withVocabSize(VOCABULARY)
                .withHiddenSize(32)
                .withIntermediateSize(80)
                .withLayers(2)
                .withKvHeads(2)
                .withTiedEmbeddings(tied);
    }

    @ParameterizedTest
    @CsvSource({"train.freeze=[]", "train.freeze=[model.layers.0.*]"})
    void ofALanguageModel(String set) {
        StageConfig stage = stage("language-model", set);
        for (boolean tied : new boolean[] {true, false}) {
            ModelConfig model = model(tied);
            Set<String> trained = TrainableParameters.shapes(stage, model).keySet();
            try (Parameters parameters = DecoderParameters.random(model, DataType.FLOAT, 1);
                    var objective = new LanguageModelObjective(model, stage, parameters, trained)) {
                assertThat(new TrainingFlops(stage, model, trained).languageModel())
                        .isCloseTo(objective.plannedFlops(), withinPercentage(PERCENT));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pause, thought.thoughtTokens=4",
        "pause, thought.mixer=none",
        "quiet-star, thought.thoughtTokens=4",
        "quiet-star, thought.lookahead=1",
        "quiet-star, thought.mixer=none",
        "quiet-star, thought.thoughtsPerPosition=1",
        "quiet-star, loss.reward=thought",
        "quiet-star, data.batchSize=1"
    })
    void withThoughtsOrPauses(String mode, String set) {
        StageConfig stage = stage(mode, set);
        ModelConfig model = model(true);
        Parameters base = DecoderParameters.random(model, DataType.FLOAT, 1);
        Parameters thought = ThoughtParameters.create(model, stage.thought(), base, 1, 1);
        if (stage.pauses()) {
            var pause = Map.of(
                    ThoughtParameters.PAUSE,
                    thought.get(ThoughtParameters.START).dup());
            thought = thought.and(new Parameters(pause));
        }
        Set<String> trained = TrainableParameters.shapes(stage, model).keySet();
        ThoughtLayout layout = ThoughtLayout.of(stage);
        var tokens = TokenRules.never(List.of());
        try (ThinkingModel thinking = ThinkingModel.of(model, stage.thought(), base.and(thought), tokens);
                var batch = new LearningInputs(layout, 0, 0, DataType.FLOAT);
                var step = new LearningStep(
                        thinking, LossSpec.of(stage.loss()), ThoughtSampler.categorical(1), batch, trained)) {
            double planned = step.parts().stream()
                    .filter(part -> !part.name().equals("policy"))
                    .flatMap(part -> part.plans().stream())
                    .mapToDouble(StaticPlan::productFlops)
                    .sum();
            var flops = new TrainingFlops(stage, model, trained);
            assertThat(flops.thinking(1)).isCloseTo(planned, withinPercentage(PERCENT));
            if (!stage.pauses()) {
                StaticPlan policy = step.parts().get(3).plans().get(0);
                assertThat(flops.policy(layout.sampledTokens()))
                        .isCloseTo(policy.productFlops(), withinPercentage(PERCENT));
            }
        }
    }

    /** They add up over stages, and a run that continues goes on from where it was. */
    @Test
    void aTextThatIsWrittenSeesWhatIsBeforeEachToken() {
        var costs = new TrainingFlops(stage("star", "star.task=x"), model(true), Set.of());
        // A key's score and its share of the value, over the width of all heads, in two layers.
        assertThat(costs.writing(2, 0) - 2 * costs.writing(1, 0)).isEqualTo(4.0 * 32 * 2);
        assertThat(costs.writing(7, 5) - costs.writing(7, 4)).isEqualTo(2.0 * 32 * VOCABULARY);
    }

    @Test
    void theyAddUpOverARun() {
        RunConfig config = SmallRecipe.with();
        Path run = folder.resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            StoppedRuns.trainUntilStopped(trainer, StoppedRuns.stopAfterStep(9));
        }
        try (Trainer trainer = StoppedRuns.resume(run)) {
            trainer.train();
        }
        List<ObjectNode> lines = MetricsLog.read(run.resolve("metrics.jsonl"));
        double first = lines.get(0).get("flops").asDouble();
        assertThat(first).isPositive();
        for (int i = 1; i < 6; i++) {
            assertThat(lines.get(i).get("flops").asDouble()).isEqualTo((i + 1) * first);
        }
        for (int i = 6; i < lines.size(); i++) {
            double more = lines.get(i).get("flops").asDouble()
                    - lines.get(i - 1).get("flops").asDouble();
            assertThat(more).isGreaterThan(5 * first);
        }
        double whole = lines.get(lines.size() - 1).get("flops").asDouble();
        assertThat(StageFlops.of(run, "language-model")).hasValue(6 * first);
        assertThat(StageFlops.of(run, "quiet-star")).hasValue(whole);
        assertThat(StageFlops.of(run, "nobody")).isEmpty();
    }
}
