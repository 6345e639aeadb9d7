package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.config.RunConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.TextBatches;
import org.quietstar.model.DecoderParameters;

class TrainerTest {
    @TempDir
    private Path folder;

    private List<ObjectNode> train(String name, RunConfig config, TrainingListener... listeners) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(config, run)) {
            List.of(listeners).forEach(trainer::addListener);
            trainer.train();
        }
        return MetricsLog.read(run.resolve("metrics.jsonl"));
    }

    @Test
    void theLossOfALanguageModelFalls() {
        List<ObjectNode> lines = train(
                "falls",
                SmallRecipe.with(
                        "stages.language-model.train.steps=60",
                        "stages.quiet-star.train.steps=0",
                        "optimizer.learningRate=0.01"));
        assertThat(lines.get(0).get("loss").asDouble()).isCloseTo(Math.log(259), within(0.1));
        assertThat(lines.get(59).get("loss").asDouble()).isLessThan(4);
    }

    /** The same windows in the same order, so the same losses up to the rounding of sums. */
    @Test
    void microBatchesOfOneStepActAsOneBatch() {
        String[] steps = {"stages.language-model.train.steps=5", "stages.quiet-star.train.steps=0"};
        List<ObjectNode> whole = train("whole", SmallRecipe.with(steps[0], steps[1], "data.batchSize=4"));
        List<ObjectNode> parts = train(
                "parts", SmallRecipe.with(steps[0], steps[1], "data.batchSize=1", "train.gradientAccumulation=4"));
        for (int i = 0; i < 5; i++) {
            for (String key : List.of("loss", "nll_base", "grad_norm", "learning_rate", "tokens")) {
                double expected = whole.get(i).get(key).asDouble();
                assertThat(parts.get(i).get(key).asDouble()).as(key).isCloseTo(expected, within(2e-5 * expected));
            }
        }
    }

    @Test
    void aGradientAboveTheLimitIsScaledDownToIt() {
        for (double limit : new double[] {0, 0.01}) {
            RunConfig config = SmallRecipe.with(
                    "optimizer.clipNorm=" + limit,
                    "optimizer.warmupSteps=0",
                    "stages.language-model.train.steps=1",
                    "stages.quiet-star.train.steps=0");
            String name = "clip-" + limit;
            double norm = train(name, config).get(0).get("grad_norm").asDouble();
            assertThat(norm).isGreaterThan(0.01);
            double squares = new CheckpointStore(folder.resolve(name), config.checkpoint())
                    .loadLatest((path, why) -> {}).orElseThrow().optimizer().entrySet().stream()
                            .filter(entry -> entry.getKey().startsWith("m."))
                            .mapToDouble(entry -> entry.getValue().norm2Number().doubleValue())
                            .map(n -> n * n)
                            .sum();
            double expected = (limit == 0 ? norm : limit) * (1 - 0.9);
            assertThat(Math.sqrt(squares)).isCloseTo(expected, within(1e-5 * expected));
        }
    }

    /** Makes the model's loss NaN before the steps of a range. */
    private static final class Poison implements TrainingListener {
        private final int before;
        private final int until;
        private final List<String> warnings = new ArrayList<>();
        private final List<float[]> tables = new ArrayList<>();
        private final Trainer trainer;
        private float healthy;

        Poison(Trainer trainer, int before, int until) {
            this.trainer = trainer;
            this.before = before;
            this.until = until;
        }

        @Override
        public void onStep(int stageStep, Map<String, Object> metrics) {
            INDArray norm = trainer.model().decoder().get(DecoderParameters.FINAL_NORM);
            tables.add(trainer.model()
                    .decoder()
                    .get(DecoderParameters.EMBEDDING)
                    .data()
                    .asFloat());
            if (stageStep == before - 1) {
                healthy = norm.getFloat(0);
                norm.putScalar(0, Float.NaN);
            } else if (stageStep == until) {
                norm.putScalar(0, healthy);
            }
        }

        @Override
        public void onWarning(String message) {
            warnings.add(message);
        }
    }

    @Test
    void aStepThatIsNotFiniteIsSkippedCountedAndNeverApplied() {
        for (String mode : List.of("language-model", "quiet-star")) {
            Path run = folder.resolve("poisoned-" + mode);
            Poison poison;
            try (Trainer trainer = Trainer.start(oneStage(mode), run)) {
                poison = new Poison(trainer, 3, 4);
                trainer.addListener(poison);
                trainer.train();
            }
            assertThat(poison.warnings).hasSize(2);
            assertThat(poison.warnings.get(0)).contains("step 3 was skipped").contains("NaN");
            assertThat(poison.tables.get(2)).isEqualTo(poison.tables.get(1));
            assertThat(poison.tables.get(3)).isEqualTo(poison.tables.get(1));
            assertThat(poison.tables.get(4)).isNotEqualTo(poison.tables.get(1));
            List<ObjectNode> lines = MetricsLog.read(run.resolve("metrics.jsonl"));
            assertThat(lines)
                    .extracting(line -> line.get("skipped_steps").asInt())
                    .containsExactly(0, 0, 1, 2, 2, 2);
            assertThat(lines.get(2).get("loss").asText()).isEqualTo("NaN");
            assertThat(lines.get(5).get("loss").isNumber()).isTrue();
        }
    }

    private static RunConfig oneStage(String mode) {
        String other = mode.equals("quiet-star") ? "language-model" : "quiet-star";
        return SmallRecipe.with("stages." + other + ".train.steps=0");
    }

    @Test
    void tooManySkippedStepsInARowEndTheRun() {
        Path run = folder.resolve("hopeless");
        try (Trainer trainer = Trainer.start(
                SmallRecipe.with("train.maxSkippedSteps=3", "stages.language-model.train.steps=10"), run)) {
            var poison = new Poison(trainer, 4, Integer.MAX_VALUE);
            trainer.addListener(poison);
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("step 6")
                    .hasMessageContaining("3 steps in a row")
                    .hasMessageContaining("train.maxSkippedSteps")
                    .hasMessageContaining("--resume " + run);
            assertThat(poison.warnings).hasSize(3);
        }
        assertThat(MetricsLog.read(run.resolve("metrics.jsonl"))).hasSize(6);
    }

    @Test
    void aRunWhoseStepsWereAllSkippedHasNotSucceeded() {
        Path run = folder.resolve("idle");
        try (Trainer trainer = Trainer.start(
                SmallRecipe.with(
                        "stages.language-model.train.steps=2",
                        "stages.quiet-star.train.steps=1",
                        "train.maxSkippedSteps=100"),
                run)) {
            trainer.model().decoder().get(DecoderParameters.FINAL_NORM).putScalar(0, Float.NaN);
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("training has changed nothing: each of its 3 steps");
        }
    }

    /** Each document has a letter of its own, so a letter's embedding tells whether its document was trained on. */
    @Test
    void noStageTrainsOnWhatIsHeldOut() throws Exception {
        StringBuilder text = new StringBuilder();
        for (char letter = 'a'; letter <= 'z'; letter++) {
            text.append(String.valueOf(letter).repeat(40)).append("\n\n\n");
        }
        Path file = Files.writeString(folder.resolve("letters.txt"), text);
        RunConfig config = SmallRecipe.with(
                "data.train=" + file,
                "data.validation=[]",
                "data.validationFraction=0.4",
                "optimizer.weightDecay=0",
                "model.tiedEmbeddings=false",
                "stages.language-model.train.steps=40",
                "stages.quiet-star.train.steps=40",
                "stages.quiet-star.train.mode=language-model");
        Set<Integer> heldOut = new LinkedHashSet<>();
        try (Trainer trainer = Trainer.start(config, folder.resolve("letters"))) {
            INDArray table = trainer.model().decoder().get(DecoderParameters.EMBEDDING);
            INDArray before = table.dup();
            trainer.train();
            try (TextBatches batches = TextBatches.validation(
                    config.lastStage().data(), trainer.tokenizer(), config.seed(), DataListener.none())) {
                while (batches.hasNext()) {
                    for (int id : batches.next().ids()) {
                        if (id >= 'a' && id <= 'z') {
                            heldOut.add(id);
                        }
                    }
                }
            }
            assertThat(heldOut).hasSizeBetween(3, 20);
            for (int id = 'a'; id <= 'z'; id++) {
                boolean changed = !table.getRow(id).equals(before.getRow(id));
                assertThat(changed)
                        .as("letter " + (char) id + " was trained on")
                        .isEqualTo(!heldOut.contains(id));
            }
        }
    }
}
