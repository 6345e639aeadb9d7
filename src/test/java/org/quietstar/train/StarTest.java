package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.text.JsonText;

/** A model that learns from rationales that it writes itself: {@code train.mode: star}. */
class StarTest {
    private static final int BASE = 60;
    private static final int TURN = 4;
    private static final int ASKED = 150;
    private static final int TURNS = 2;

    @TempDir
    private static Path folder;

    private static AnswerTask task;
    private static RunConfig config;
    private static final Map<String, INDArray> EXPECTED = new LinkedHashMap<>();
    /** What the stage began each turn with, after what it started from. */
    private static final List<Map<String, float[]>> BEGINNINGS = new ArrayList<>();

    /** A small model that has learned the form of the walks, and guesses. */
    @BeforeAll
    static void trainStraight() throws IOException {
        List<String> items = Files.readAllLines(Path.of("datasets/tiny/questions.jsonl"));
        Files.write(folder.resolve("questions.jsonl"), items.subList(600, 800));
        Path file = folder.resolve("questions.yaml");
        Files.copy(Path.of("datasets/tiny/questions.yaml"), file);
        task = AnswerTask.read(file);
        config = recipe(
                "star.task=" + file,
                "star.turns=" + TURNS,
                "star.questions=" + ASKED,
                "star.temperature=1",
                "star.hint={answer} {prompt}");
        try (Trainer trainer = Trainer.start(config, folder.resolve("straight"))) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (metrics.get("step").equals((long) BASE)) {
                        BEGINNINGS.add(numbers(trainer));
                    }
                }

                @Override
                public void onStage(StageConfig stage, int stepsDone) {
                    if (stage.isStar()) {
                        BEGINNINGS.add(numbers(trainer));
                    }
                }
            });
            assertThat(trainer.train()).isTrue();
            assertThat(trainer.model().thinks()).isFalse();
            trainer.model().parameters().asMap().forEach((name, array) -> EXPECTED.put(name, array.dup()));
        }
    }

    private static RunConfig recipe(String... sets) {
        List<String> all = new ArrayList<>(List.of(
                "tokenizer.kind=huggingface",
                "tokenizer.path=datasets/tiny/tokenizer.json",
                "data.packing=pad",
                "data.batchSize=8",
                "evaluation.taskBatchSize=64"));
        all.addAll(List.of(sets));
        String stages = "stages:\n  - name: base\n    optimizer: {learningRate: 0.02}\n"
                + "    train: {mode: language-model, steps: " + BASE + "}\n"
                + "  - name: star\n    optimizer: {learningRate: 0.002}\n    train: {mode: star, steps: " + TURNS * TURN
                + "}\n";
        return SmallRecipe.stages(stages, all.toArray(String[]::new));
    }

    private static Map<String, float[]> numbers(Trainer trainer) {
        Map<String, float[]> numbers = new LinkedHashMap<>();
        trainer.model()
                .parameters()
                .asMap()
                .forEach((name, array) -> numbers.put(name, array.dup().data().asFloat()));
        return numbers;
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(MetricsLog::withoutTimings)
                .toList();
    }

    private static List<JsonNode> kept(Path run, int turn) throws IOException {
        try (Stream<String> lines = Files.lines(run.resolve("star/star-turn-" + turn + ".jsonl"))) {
            return lines.map(line -> JsonText.parse(line, "kept")).toList();
        }
    }

    @Test
    void whatIsLearnedReachesItsAnswerAndHasNoHint() throws IOException {
        Map<Integer, AnswerItem> items =
                task.questions().stream().collect(Collectors.toMap(AnswerItem::line, item -> item));
        Path run = folder.resolve("straight");
        long all = 0;
        for (int turn = 1; turn <= TURNS; turn++) {
            List<JsonNode> kept = kept(run, turn);
            for (JsonNode each : kept) {
                AnswerItem item = items.get(each.get("line").asInt());
                assertThat(each.get("text").asText())
                        .startsWith(item.prompt() + " ---")
                        .endsWith(" --- " + item.right() + " .");
            }
            assertThat(kept)
                    .extracting(each -> each.get("line").asInt())
                    .isSorted()
                    .doesNotHaveDuplicates();
            ObjectNode first = metrics(run).get(BASE + (turn - 1) * TURN);
            assertThat(first.get("star_turn").asInt()).isEqualTo(turn);
            assertThat(first.get("star_asked").asInt()).isEqualTo(ASKED);
            assertThat(first.get("star_kept").asInt()).isEqualTo(kept.size()).isBetween(1, ASKED);
            long rationalised = kept.stream()
                    .filter(each -> each.get("rationalised").asBoolean())
                    .count();
            assertThat(first.get("star_rationalised").asLong()).isEqualTo(rationalised);
            all += rationalised;
        }
        // Some by the hint, and not all: how many depends on what a guessing model draws.
        assertThat(all).isBetween(1L, (long) TURNS * ASKED - 1);
        assertThat(kept(run, 1).stream().map(each -> each.get("line")).toList())
                .isNotEqualTo(
                        kept(run, 2).stream().map(each -> each.get("line")).toList());
    }

    @Test
    void everyTurnBeginsWhereTheStageStarted() {
        assertThat(BEGINNINGS).hasSize(1 + TURNS);
        for (Map<String, float[]> beginning : BEGINNINGS) {
            assertThat(beginning.keySet()).isEqualTo(BEGINNINGS.get(0).keySet());
            beginning.forEach((name, numbers) ->
                    assertThat(numbers).as(name).isEqualTo(BEGINNINGS.get(0).get(name)));
        }
        List<ObjectNode> lines = metrics(folder.resolve("straight"));
        assertThat(lines).hasSize(BASE + TURNS * TURN);
        for (int i = 0; i < TURN; i++) {
            // The schedule is the turn's, too.
            assertThat(lines.get(BASE + i).get("learning_rate"))
                    .isEqualTo(lines.get(BASE + TURN + i).get("learning_rate"));
        }
        assertThat(lines.get(BASE + 1).has("star_turn")).isFalse();
        assertThat(lines.get(BASE).get("mode").asText()).isEqualTo("star");
    }

    @Test
    void whatWritingTookIsCountedWithTheFirstStep() {
        List<ObjectNode> lines = metrics(folder.resolve("straight"));
        double[] flops =
                lines.stream().mapToDouble(line -> line.get("flops").asDouble()).toArray();
        double step = flops[BASE + 1] - flops[BASE];
        assertThat(flops[BASE] - flops[BASE - 1]).isGreaterThan(2 * step);
        assertThat(flops[BASE + TURN] - flops[BASE + TURN - 1]).isGreaterThan(2 * step);
        assertThat(flops[BASE - 1]).isEqualTo(BASE * flops[0]);
    }

    private static void assertDone(Trainer trainer) throws IOException {
        Path run = trainer.folder().path();
        StoppedRuns.assertSame(trainer.model().parameters().asMap(), EXPECTED);
        assertThat(metrics(run)).isEqualTo(metrics(folder.resolve("straight")));
        for (int turn = 1; turn <= TURNS; turn++) {
            assertThat(kept(run, turn)).isEqualTo(kept(folder.resolve("straight"), turn));
        }
    }

    private static TrainingListener killedWhileWriting(int turn, int done) {
        return new TrainingListener() {
            @Override
            public void onRationales(StageConfig stage, int number, int written, int all) {
                if (number == turn && written >= done) {
                    throw new IllegalStateException("killed");
                }
            }
        };
    }

    private static TrainingListener killedBeforeAStep(int stepsDone) {
        return new TrainingListener() {
            @Override
            public void onStage(StageConfig stage, int done) {
                if (stage.isStar() && done == stepsDone) {
                    throw new IllegalStateException("killed");
                }
            }
        };
    }

    static List<TrainingListener> kills() {
        return List.of(
                killedWhileWriting(1, 0),
                killedWhileWriting(2, 64),
                killedWhileWriting(2, ASKED),
                killedBeforeAStep(0),
                killedBeforeAStep(TURN),
                StoppedRuns.stopAfterStep(BASE + 3),
                StoppedRuns.stopAfterCheckpoint(BASE + TURN),
                StoppedRuns.stopAfterStep(BASE + TURN + 3));
    }

    @ParameterizedTest
    @MethodSource("kills")
    void aKilledRunContinuesBitForBit(TrainingListener kill) throws IOException {
        Path run = Files.createTempDirectory(folder, "killed").resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.addListener(kill);
            assertThatThrownBy(trainer::train).isInstanceOf(RuntimeException.class);
        }
        try (Trainer trainer = StoppedRuns.resume(run)) {
            assertThat(trainer.train()).isTrue();
            assertDone(trainer);
        }
    }

    @Test
    void aStoppedRunGoesOnWhateverItWasDoing() throws IOException {
        Path run = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onRationales(StageConfig stage, int turn, int done, int all) {
                    // Once in each turn: what was stopped is written anew.
                    if (done == 64 && Files.notExists(folder.resolve("heard-" + turn))) {
                        create(folder.resolve("heard-" + turn));
                        trainer.stop();
                    }
                }

                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (metrics.get("step").equals((long) BASE + TURN)) {
                        trainer.stop();
                    }
                }
            });
            assertThat(trainer.train()).isFalse();
            assertThat(trainer.step()).isEqualTo(BASE);
            assertThat(trainer.train()).isFalse();
            assertThat(trainer.step()).isEqualTo(BASE + TURN);
            assertThat(trainer.train()).isFalse();
            assertThat(trainer.step()).isEqualTo(BASE + TURN);
            assertThat(trainer.train()).isTrue();
            assertDone(trainer);
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void lostRationalesAreNamed() throws IOException {
        Path run = folder.resolve("lost");
        try (Trainer trainer = Trainer.start(config, run)) {
            StoppedRuns.trainUntilStopped(trainer, StoppedRuns.stopAfterStep(BASE + 3));
        }
        Files.delete(run.resolve("star/star-turn-1.jsonl"));
        try (Trainer trainer = StoppedRuns.resume(run)) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("star-turn-1.jsonl: no such file", "'star'", "step 2", "bring it back");
        }
    }

    private RunConfig withTask(String name, String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml);
        return recipe("star.task=" + file, "star.turns=1", "star.hint=");
    }

    @Test
    void whatReachesNoAnswerTeachesNothing() throws IOException {
        Files.writeString(folder.resolve("never.jsonl"), "{\"prompt\": \"hall red where\", \"answer\": \"nowhere\"}\n");
        RunConfig never = withTask(
                "never", "items: never.jsonl\nanswers: text\nanswerTokens: 1\ncot: '---'\ncotAnswer: ' ---'\n");
        try (Trainer trainer = Trainer.start(never, folder.resolve("never"))) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll(
                            "stage 'star', turn 1", "of 1 rationales", "none reaches", "star.temperature");
        }
        assertThat(folder.resolve("never/star")).doesNotExist();
    }

    @Test
    void questionsThatCannotBeAskedAreRefusedBeforeAnythingIsTrained() throws IOException {
        RunConfig silent = withTask("silent", "items: questions.jsonl\nanswers: text\n");
        assertThatThrownBy(() -> Trainer.start(silent, folder.resolve("silent")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("star.task of stage 'star'", "no texts for a chain of thought", "cotAnswer");
        RunConfig missing = recipe("star.task=" + folder.resolve("missing.yaml"));
        assertThatThrownBy(() -> Trainer.start(missing, folder.resolve("missing")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("star.task of stage 'star'", "missing.yaml: no such file");
        RunConfig many = recipe("star.task=" + folder.resolve("questions.yaml"), "star.questions=201");
        assertThatThrownBy(() -> Trainer.start(many, folder.resolve("many")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("has 200 questions", "star.questions is 201");
        assertThat(folder.resolve("many")).doesNotExist();
    }

    @Test
    void rationalesAreWrittenInMemoryThatIsPlanned() {
        MemoryPlan.Stage few = star(config);
        MemoryPlan.Stage many = star(recipe("star.task=x", "evaluation.taskBatchSize=100000"));
        assertThat(few.buffers()).isPositive();
        assertThat(many.buffers()).isGreaterThan(few.buffers());
        assertThat(many.gradients()).isEqualTo(few.gradients());
    }

    private static MemoryPlan.Stage star(RunConfig config) {
        return MemoryPlan.of(config, 75).stages().get(1);
    }
}
