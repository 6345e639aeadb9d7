package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.data.TestBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.eval.UniformNoise;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtTeacher;
import org.quietstar.thought.TokenRules;

/** A student without thoughts that learns what a teacher predicts after its own: {@code train.mode: distill}. */
class DistillTest {
    private static final int LENGTH = 7;
    private static final int VOCABULARY = 12;
    private static final int PAD = 11;
    private static final int[] LENGTHS = {7, 4, 1};
    private static final String STAGES = """
            stages:
              - name: language-model
                train: {mode: language-model, steps: 4}
              - name: quiet-star
                train: {mode: quiet-star, steps: 4}
              - name: student
                loss: {baseLossWeight: 0.25}
                optimizer: {learningRate: 0.01}
                train: {mode: distill, steps: 6}
            """;

    @TempDir
    private Path folder;

    private static ModelConfig model() {
        return SmallRecipe.with("model.vocabSize=" + VOCABULARY, "model.hiddenSize=8", "model.initializerRange=0.4")
                .model();
    }

    private static ThoughtConfig thought(int thoughts) {
        return SmallRecipe.with().lastStage().thought().withThoughtsPerPosition(thoughts);
    }

    /** A teacher whose thoughts matter. */
    private static ThinkingModel teacher(DataType type, int thoughts) {
        ModelConfig model = model();
        Parameters base = DecoderParameters.random(model, type, 3);
        Parameters thought = ThoughtParameters.create(model, thought(thoughts), base, -1, 3);
        thought.get(ThoughtParameters.W3).assign(Parameters.normal(type, 3, "w3", 1, 1, model.hiddenSize()));
        thought.get(ThoughtParameters.W1).muli(30);
        thought.get(ThoughtParameters.B1).addi(0.3);
        return ThinkingModel.of(
                model, thought(thoughts), base.and(thought), new TokenRules(PAD, List.of(), List.of(PAD)));
    }

    private static TokenBatch batch() {
        var random = new Random(5);
        int[][] sequences = new int[LENGTHS.length][];
        for (int i = 0; i < LENGTHS.length; i++) {
            sequences[i] = random.ints(LENGTHS[i], 0, PAD).toArray();
        }
        return TestBatches.of(LENGTH, PAD, sequences);
    }

    private static StageConfig stage(double labelWeight) {
        return StageConfig.defaults()
                .withLoss(LossConfig.defaults().withBaseLossWeight(labelWeight))
                .withData(DataConfig.defaults().withBatchSize(LENGTHS.length).withSequenceLength(LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theTeachersDistributionIsTheMeanOverItsThoughts(int thoughts) {
        TokenBatch batch = batch();
        try (var teacher = new ThoughtTeacher(teacher(DataType.DOUBLE, thoughts), LENGTHS.length, LENGTH)) {
            teacher.run(
                    batch.ids(),
                    batch.lengths(),
                    (token, numbers) -> UniformNoise.fill(numbers, SplitMix.of(1, token)));
            double[][] probabilities = teacher.probabilities().toDoubleMatrix();
            double[] nll = teacher.labelNll();
            double[] entropies = teacher.entropies();
            for (int b = 0; b < LENGTHS.length; b++) {
                for (int p = 0; p + 1 < LENGTHS[b]; p++) {
                    double[] row = probabilities[b * LENGTH + p];
                    double sum = 0;
                    double entropy = 0;
                    for (double each : row) {
                        sum += each;
                        entropy -= each * Math.log(each);
                    }
                    assertThat(sum).isCloseTo(1, within(1e-12));
                    assertThat(entropies[b * LENGTH + p]).isCloseTo(entropy, within(1e-12));
                    double mean = 0;
                    for (int n = 0; n < thoughts; n++) {
                        mean += Math.exp(-nll[(b * thoughts + n) * LENGTH + p]) / thoughts;
                    }
                    assertThat(row[batch.labels()[b * LENGTH + p]]).isCloseTo(mean, within(1e-12));
                }
            }
        }
    }

    private static Objective.Result compute(Objective objective) {
        return objective.compute(List.of(batch()), 5, false);
    }

    private static double number(Objective.Result result, String key) {
        return ((Number) result.metrics().get(key)).doubleValue();
    }

    @Test
    void labelsAloneAreALanguageModel() {
        Parameters student = DecoderParameters.random(model(), DataType.DOUBLE, 8);
        Set<String> names = student.asMap().keySet();
        try (Objective plain = new LanguageModelObjective(model(), stage(1), student, names);
                Objective distill = new DistillObjective(teacher(DataType.DOUBLE, 2), stage(1), student, names)) {
            Objective.Result expected = compute(plain);
            Objective.Result found = compute(distill);
            assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-12));
            expected.gradients()
                    .forEach((name, gradient) -> assertThat(
                                    found.gradients().get(name).distance2(gradient))
                            .as(name)
                            .isLessThan(1e-10));
        }
    }

    @Test
    void aStudentThatIsTheTeacherHasNothingToLearnFromIt() {
        // Without weight for thoughts the teacher predicts what its decoder does.
        ThinkingModel teacher = teacher(DataType.DOUBLE, 2);
        teacher.thought().orElseThrow().get(ThoughtParameters.W3).muli(0);
        Parameters student = DecoderParameters.random(model(), DataType.DOUBLE, 3);
        try (Objective distill =
                new DistillObjective(teacher, stage(0), student, student.asMap().keySet())) {
            Objective.Result result = compute(distill);
            assertThat(number(result, Metrics.KL_TEACHER)).isCloseTo(0, within(1e-12));
            assertThat(number(result, Metrics.NLL_BASE)).isCloseTo(number(result, Metrics.NLL_THOUGHT), within(1e-12));
            result.gradients()
                    .forEach((name, gradient) -> assertThat(
                                    gradient.norm2Number().doubleValue())
                            .as(name)
                            .isLessThan(1e-10));
        }
    }

    @Test
    void everyParametersGradientIsTheLosssSlope() {
        Parameters student = DecoderParameters.random(model(), DataType.DOUBLE, 8);
        try (Objective distill = new DistillObjective(
                teacher(DataType.DOUBLE, 2),
                stage(0.3),
                student,
                student.asMap().keySet())) {
            Map<String, INDArray> gradients = new LinkedHashMap<>();
            compute(distill).gradients().forEach((name, gradient) -> gradients.put(name, gradient.dup()));
            double step = 1e-5;
            gradients.forEach((name, gradient) -> {
                INDArray parameter = student.get(name);
                INDArray direction = Parameters.normal(DataType.DOUBLE, 9, name, 1, parameter.shape());
                double expected = gradient.mul(direction).sumNumber().doubleValue();
                parameter.addi(direction.mul(step));
                double above = compute(distill).loss();
                parameter.subi(direction.mul(2 * step));
                double below = compute(distill).loss();
                parameter.addi(direction.mul(step));
                assertThat((above - below) / (2 * step))
                        .as(name)
                        .isCloseTo(expected, within(1e-7 * Math.max(1, Math.abs(expected))));
            });
        }
    }

    private List<ObjectNode> train(String name, RunConfig config) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.train();
            assertThat(trainer.model().thinks()).isFalse();
        }
        return MetricsLog.read(run.resolve("metrics.jsonl"));
    }

    @Test
    void theStudentComesNearTheTeacherAndNeedsNoThoughts() {
        List<ObjectNode> lines = train("run", SmallRecipe.stages(STAGES, "stages.student.train.steps=40"));
        List<ObjectNode> student = lines.stream()
                .filter(line -> line.get("mode").asText().equals("distill"))
                .toList();
        assertThat(student).hasSize(40);
        assertThat(student)
                .allSatisfy(
                        line -> assertThat(line.get("kl_teacher").asDouble()).isGreaterThan(-1e-5));
        assertThat(student.get(0).get("nll_base").asDouble()).isPositive();
        Set<String> more = new LinkedHashSet<>();
        student.get(0).fieldNames().forEachRemaining(more::add);
        lines.get(0).fieldNames().forEachRemaining(more::remove);
        assertThat(more).containsExactly(Metrics.NLL_THOUGHT, Metrics.KL_TEACHER);
        // A step costs the student's passes and the teacher's, and less than a step of thoughts with its backward pass.
        double before = lines.get(7).get("flops").asDouble();
        double each = student.get(0).get("flops").asDouble() - before;
        double plain = lines.get(3).get("flops").asDouble() / 4;
        double thinking = (before - 4 * plain) / 4;
        assertThat(each).isBetween(plain * 1.5, thinking);
    }

    @Test
    void aStoppedRunContinuesBitForBit() {
        RunConfig config = SmallRecipe.stages(STAGES);
        train("whole", config);
        Path run = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(config, run)) {
            StoppedRuns.trainUntilStopped(trainer, StoppedRuns.stopAfterStep(11));
        }
        try (Trainer trainer = StoppedRuns.resume(run);
                Trainer whole = StoppedRuns.resume(folder.resolve("whole"))) {
            trainer.train();
            StoppedRuns.assertSame(
                    trainer.model().parameters().asMap(),
                    whole.model().parameters().asMap());
        }
    }

    @Test
    void aLostTeacherIsNamed() throws Exception {
        RunConfig config = SmallRecipe.stages(STAGES);
        Path run = folder.resolve("lost");
        try (Trainer trainer = Trainer.start(config, run)) {
            StoppedRuns.trainUntilStopped(trainer, StoppedRuns.stopAfterStep(11));
        }
        Files.move(run.resolve("checkpoints/step-00000008"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> StoppedRuns.resume(run))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("step-00000008", "'student'", "'quiet-star'", "missing");
    }

    @Test
    void whatHasNoThoughtsTeachesNothing() {
        assertThatThrownBy(() -> SmallRecipe.stages(STAGES.replace("mode: quiet-star", "mode: language-model")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("train.mode distill", "'student'", "mode quiet-star");
        // Of a folder of weights it shows when the stage begins.
        RunConfig plain = SmallRecipe.with("stages.quiet-star.train.steps=0");
        Path exported = folder.resolve("exported");
        try (Trainer trainer = Trainer.start(plain, folder.resolve("plain"))) {
            trainer.train();
        }
        org.quietstar.QuietStar.export(folder.resolve("plain"), exported);
        RunConfig config = org.quietstar.QuietStar.config("model: {weights: " + exported
                + "}\ndata: {train: [datasets/tiny/train.jsonl], sequenceLength: 16, batchSize: 2}\n"
                + "optimizer: {warmupSteps: 1}\ntrain: {mode: distill, steps: 2}\n");
        try (Trainer trainer = Trainer.start(config, folder.resolve("none"))) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("distill", "has not learned to think");
        }
    }

    @Test
    void theControlIsPlainTrainingFromWhereThoughtsBegan() {
        String stages = "stages:\n  - {name: base, train: {mode: language-model, steps: 1}}\n"
                + "  - {name: plain, train: {mode: language-model, steps: 1}}\n"
                + "  - {name: thinks, from: base, train: {mode: quiet-star, steps: 1}}\n"
                + "  - {name: shorter, thought: {thoughtTokens: 1}, train: {mode: quiet-star, steps: 1}}\n"
                + "  - {name: student, train: {mode: distill, steps: 1}}\n";
        assertThat(Recipes.fromYaml(stages, "test", List.of())
                        .plainStage()
                        .orElseThrow()
                        .name())
                .isEqualTo("plain");
    }
}
