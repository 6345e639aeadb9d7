package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.DataConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TestBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TokenRules;

/** What both objectives compute from micro-batches, on a model whose thoughts already matter. */
class ObjectiveTest {
    private static final int LENGTH = 9;
    private static final int VOCABULARY = 12;
    private static final int PAD = 11;
    private static final List<Integer> BANNED = List.of(PAD);

    /** Eight sequences; some are cut short, one has a single token and so no label, one none at all. */
    private static final int[] LENGTHS = {9, 4, 9, 1, 7, 0, 3, 9};

    private static final Set<String> NAMES = parameters(DataType.FLOAT).asMap().keySet();

    private static ModelConfig model() {
        return SmallRecipe.with("model.vocabSize=" + VOCABULARY, "model.hiddenSize=8", "model.initializerRange=0.4")
                .model();
    }

    private static StageConfig stage(String... sets) {
        List<String> all = new ArrayList<>(List.of("data.sequenceLength=" + LENGTH));
        all.addAll(List.of(sets));
        return SmallRecipe.with(all.toArray(String[]::new)).stages().get(1);
    }

    /** The mixing head's last layer is not zero, as if trained, so that thoughts change the loss. */
    private static ThinkingModel thinking(DataType type) {
        return ThinkingModel.of(model(), stage().thought(), parameters(type), new TokenRules(PAD, List.of(), BANNED));
    }

    private static Parameters parameters(DataType type) {
        ModelConfig model = model();
        Parameters base = DecoderParameters.random(model, type, 3);
        Parameters thought = ThoughtParameters.create(model, stage().thought(), base, -1, 3);
        thought.get(ThoughtParameters.W3).assign(Parameters.normal(type, 3, "w3", 1, 1, model.hiddenSize()));
        thought.get(ThoughtParameters.W1).muli(30);
        thought.get(ThoughtParameters.W2).muli(30);
        thought.get(ThoughtParameters.B1).addi(0.3);
        thought.get(ThoughtParameters.END).muli(-1);
        return base.and(thought);
    }

    private static List<TokenBatch> batches(int batchSize) {
        var random = new Random(11);
        int[][] sequences = Arrays.stream(LENGTHS)
                .mapToObj(n -> random.ints(n, 0, PAD).toArray())
                .toArray(int[][]::new);
        List<TokenBatch> batches = new ArrayList<>();
        for (int from = 0; from < sequences.length; from += batchSize) {
            int[][] part = Arrays.copyOfRange(sequences, from, from + batchSize);
            batches.add(TestBatches.of(LENGTH, PAD, part));
        }
        return batches;
    }

    private record Computed(double loss, Map<String, Object> metrics, Map<String, double[]> gradients) {}

    private static Computed compute(Objective objective, int batchSize) {
        Objective.Result result = objective.compute(batches(batchSize), 5, true);
        return new Computed(result.loss(), result.metrics(), numbers(result.gradients()));
    }

    private static Map<String, double[]> numbers(Map<String, INDArray> arrays) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        arrays.forEach((name, array) -> numbers.put(name, array.dup('c').data().asDouble()));
        return numbers;
    }

    private static Computed quietStar(DataType type, int batchSize, String... sets) {
        List<String> all = new ArrayList<>(List.of("data.batchSize=" + batchSize));
        all.addAll(List.of(sets));
        try (Objective objective = new QuietStarObjective(
                thinking(type), stage(all.toArray(String[]::new)), NAMES, Optional.empty(), balance(), -1)) {
            return compute(objective, batchSize);
        }
    }

    private static PolicyBalance balance() {
        return new PolicyBalance(LossConfig.defaults());
    }

    private static Computed languageModel(DataType type, int batchSize) {
        try (Objective objective =
                new LanguageModelObjective(model(), plainStage(batchSize), parameters(type), NAMES)) {
            return compute(objective, batchSize);
        }
    }

    private static void assertSame(Computed found, Computed expected, double tolerance) {
        assertThat(found.loss()).isCloseTo(expected.loss(), within(tolerance * Math.abs(expected.loss())));
        assertThat(found.metrics().keySet()).isEqualTo(expected.metrics().keySet());
        expected.metrics().forEach((key, value) -> {
            double[] wanted = value instanceof double[] many ? many : new double[] {(Double) value};
            Object other = found.metrics().get(key);
            double[] got = other instanceof double[] many ? many : new double[] {(Double) other};
            assertThat(got).as(key).containsExactly(wanted, within(tolerance * Math.max(1, largest(wanted))));
        });
        assertThat(found.gradients().keySet()).isEqualTo(expected.gradients().keySet());
        expected.gradients()
                .forEach((name, wanted) -> assertThat(found.gradients().get(name))
                        .as(name)
                        .containsExactly(wanted, within(tolerance * largest(wanted))));
    }

    private static double largest(double[] numbers) {
        return Arrays.stream(numbers).map(Math::abs).max().orElse(0);
    }

    /** Greedy thoughts, since each micro-batch draws from a seed of its own. */
    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-10", "FLOAT, 2e-5"})
    void aStepIsTheSameInOneTwoFourOrEightMicroBatches(DataType type, double tolerance) {
        String[] sets = {
            "thought.thoughtTemperature=0",
            "loss.rewardBaseline=base",
            "loss.clampNegative=false",
            "loss.policyWeight=3"
        };
        Computed whole = quietStar(type, 8, sets);
        assertThat((Double) whole.metrics().get("reward_std")).isGreaterThan(0.01);
        assertThat((Double) whole.metrics().get("policy_loss")).isNotZero();
        for (int batchSize : new int[] {4, 2, 1}) {
            assertSame(quietStar(type, batchSize, sets), whole, tolerance);
        }
    }

    /** By step the deviation is that of all micro-batches; by group each position has its own. */
    @ParameterizedTest
    @ValueSource(strings = {"step", "group"})
    void standardisedAdvantagesAreThoseOfTheStep(String over) {
        List<String> sets = List.of(
                "thought.thoughtTemperature=0",
                "loss.rewardBaseline=base",
                "loss.clampNegative=false",
                "loss.policyWeight=3",
                "loss.standardizeAdvantage=true",
                "loss.advantageDeviation=" + over);
        Computed whole = quietStar(DataType.DOUBLE, 8, sets.toArray(String[]::new));
        String[] plain = sets.subList(0, 4).toArray(String[]::new);
        assertThat((Double) whole.metrics().get("policy_loss"))
                .isNotCloseTo(
                        (Double) quietStar(DataType.DOUBLE, 8, plain).metrics().get("policy_loss"), within(1e-6));
        for (int batchSize : new int[] {4, 2, 1}) {
            List<String> all = new ArrayList<>(sets);
            all.add("train.gradientAccumulation=" + 8 / batchSize);
            assertSame(quietStar(DataType.DOUBLE, batchSize, all.toArray(String[]::new)), whole, 1e-7);
        }
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-10", "FLOAT, 2e-5"})
    void aLanguageModelStepIsTheSameInOneTwoFourOrEightMicroBatches(DataType type, double tolerance) {
        Computed whole = languageModel(type, 8);
        for (int batchSize : new int[] {4, 2, 1}) {
            assertSame(languageModel(type, batchSize), whole, tolerance);
        }
    }

    /** With the whole loss on the base model, Quiet-STaR's gradient is the language model's. */
    @Test
    void withoutThoughtsInTheLossBothObjectivesAgree() {
        Computed base = quietStar(DataType.DOUBLE, 8, "loss.baseLossWeight=1", "loss.policyWeight=0");
        Computed plain = languageModel(DataType.DOUBLE, 8);
        assertThat(base.loss()).isCloseTo(plain.loss(), within(1e-12));
        plain.gradients()
                .forEach((name, wanted) ->
                        assertThat(base.gradients().get(name)).as(name).containsExactly(wanted, within(1e-12)));
    }

    /** The loss's parts are measured by graphs of their own; here they are taken apart by setting the weight to 0. */
    @Test
    void gradientNormsAreThoseOfTheParts() {
        double weight = 5;
        Computed whole = quietStar(DataType.DOUBLE, 2, "loss.policyWeight=" + weight);
        Computed likelihood = quietStar(DataType.DOUBLE, 2, "loss.policyWeight=0");
        double nll = 0;
        double policy = 0;
        for (Map.Entry<String, double[]> entry : whole.gradients().entrySet()) {
            double[] part = likelihood.gradients().get(entry.getKey());
            for (int i = 0; i < part.length; i++) {
                nll += part[i] * part[i];
                policy += Math.pow(entry.getValue()[i] - part[i], 2);
            }
        }
        assertThat(Math.sqrt(policy)).isGreaterThan(0.01);
        assertThat((Double) whole.metrics().get("grad_norm_policy")).isCloseTo(Math.sqrt(policy), within(1e-10));
        assertThat((Double) whole.metrics().get("grad_norm_nll")).isCloseTo(Math.sqrt(nll), within(1e-10));
        double parts = (Double) whole.metrics().get("nll_base") * 0.5
                + (Double) whole.metrics().get("nll_thought") * 0.5
                + (Double) whole.metrics().get("policy_loss") * weight;
        assertThat(whole.loss()).isCloseTo(parts, within(1e-12));
    }

    /** With one lookahead token, gain and NLLs are of the same labels; with more, a mean of them misleads. */
    @Test
    void theGainIsOfTheSameLabels() {
        Computed one = quietStar(DataType.DOUBLE, 4, "thought.lookahead=1");
        double nlls =
                (Double) one.metrics().get("nll_base") - (Double) one.metrics().get("nll_thought");
        assertThat(Math.abs(nlls)).isGreaterThan(1e-3);
        assertThat((Double) one.metrics().get("gain")).isCloseTo(nlls, within(1e-12));
        // Without a mixing weight thoughts change nothing, whatever the labels are.
        Parameters silent = parameters(DataType.DOUBLE);
        silent.get(ThoughtParameters.W3).assign(0);
        try (Objective objective = new QuietStarObjective(
                ThinkingModel.of(model(), stage().thought(), silent, new TokenRules(PAD, List.of(), BANNED)),
                stage("data.batchSize=4", "thought.lookahead=3"),
                NAMES,
                Optional.empty(),
                balance(),
                -1)) {
            Map<String, Object> metrics = compute(objective, 4).metrics();
            assertThat((Double) metrics.get("gain")).isCloseTo(0, within(1e-12));
            assertThat((Double) metrics.get("nll_base") - (Double) metrics.get("nll_thought"))
                    .as("the pair that would mislead")
                    .isNotCloseTo(0, within(1e-3));
        }
    }

    @Test
    void theShareOfThePolicyIsHeldWhateverItsSizeIs() {
        LossConfig loss = LossConfig.defaults().withPolicyShare(0.3);
        var balance = new PolicyBalance(loss);
        try (Objective objective = new QuietStarObjective(
                thinking(DataType.DOUBLE),
                stage("data.batchSize=4", "loss.policyWeight=1e6", "loss.policyShare=0.3"),
                NAMES,
                Optional.empty(),
                balance,
                -1)) {
            Map<String, Object> first = compute(objective, 4).metrics();
            assertThat((Double) first.get("policy_weight")).isEqualTo(1);
            assertThat((Double) first.get("policy_share")).isNotCloseTo(0.3, within(0.05));
            Computed second = compute(objective, 4);
            assertThat((Double) second.metrics().get("policy_share")).isCloseTo(0.3, within(1e-9));
            assertThat((Double) second.metrics().get("policy_loss"))
                    .as("without its weight")
                    .isCloseTo((Double) first.get("policy_loss"), within(1e-9));
            Map<String, Object> state = new LinkedHashMap<>();
            balance.putInto(state);
            var resumed = new PolicyBalance(loss);
            resumed.restore(state);
            assertThat(resumed.scale()).isEqualTo(balance.scale());
        }
    }

    @Test
    void aShareThatIsNextToNothingOrAllIsToldOnce() {
        StageConfig stage = stage("loss.policyWeight=10", "train.gradientNormsEvery=5");
        for (double share : new double[] {0.002, 0.999}) {
            var watch = new PolicyShareWatch(stage);
            List<String> said = new ArrayList<>();
            for (int step = 1; step <= 200; step++) {
                Map<String, Object> metrics = new LinkedHashMap<>(Map.of("policy_weight", 10.0));
                if (step % 5 == 0) {
                    metrics.put("policy_share", step == 20 ? 0.5 : share);
                }
                int now = step;
                watch.after(metrics).ifPresent(text -> said.add(now + ": " + text));
            }
            assertThat(said).hasSize(1);
            assertThat(said.get(0))
                    .startsWith("70: ")
                    .contains(share < 0.5 ? "raise loss.policyWeight (10.0)" : "lower loss.policyWeight (10.0)")
                    .contains("loss.policyShare");
        }
    }

    @Test
    void normsAreMeasuredOnlyWhenAskedFor() {
        try (Objective objective = new QuietStarObjective(
                thinking(DataType.FLOAT), stage("data.batchSize=8"), NAMES, Optional.empty(), balance(), -1)) {
            assertThat(objective.compute(batches(8), 5, false).metrics())
                    .doesNotContainKeys("grad_norm_nll", "grad_norm_policy");
            assertThat(objective.compute(batches(8), 5, true).metrics())
                    .containsKeys("grad_norm_nll", "grad_norm_policy");
        }
    }

    @Test
    void theSameSeedDrawsTheSameThoughtsAndAnotherOthers() {
        try (Objective objective = new QuietStarObjective(
                thinking(DataType.DOUBLE), stage("data.batchSize=8"), NAMES, Optional.empty(), balance(), -1)) {
            double first = objective.compute(batches(8), 5, false).loss();
            double second = objective.compute(batches(8), 6, false).loss();
            assertThat(second).isNotEqualTo(first);
            assertThat(objective.compute(batches(8), 5, false).loss()).isEqualTo(first);
        }
    }

    @Test
    void whatPaddingHoldsChangesNothing() {
        Computed expected = quietStar(DataType.DOUBLE, 8);
        try (Objective objective = new QuietStarObjective(
                thinking(DataType.DOUBLE), stage("data.batchSize=8"), NAMES, Optional.empty(), balance(), -1)) {
            List<TokenBatch> other = batches(8);
            int[] ids = other.get(0).ids();
            for (int r = 0; r < ids.length; r++) {
                if (r % LENGTH >= LENGTHS[r / LENGTH]) {
                    ids[r] = 4;
                }
            }
            Objective.Result result = objective.compute(other, 5, true);
            assertSame(new Computed(result.loss(), result.metrics(), numbers(result.gradients())), expected, 1e-12);
        }
    }

    private static StageConfig plainStage(int batchSize) {
        return StageConfig.defaults()
                .withData(DataConfig.defaults().withBatchSize(batchSize).withSequenceLength(LENGTH));
    }
}
