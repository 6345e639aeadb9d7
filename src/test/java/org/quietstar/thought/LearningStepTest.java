package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;

/** The training step, which computes everything once and leaves out what is zero, against the whole graph's gradient. */
class LearningStepTest {
    private static final double TOLERANCE = 1e-11;
    private static final LossConfig PLAIN =
            LossConfig.defaults().withBaseLossWeight(0.4).withPolicyWeight(1.3);
    private static final LossConfig ALL = LossOptions.UNTRIMMED;
    private static final LossConfig ENTROPY = LossConfig.defaults()
            .withBaseLossWeight(0.3)
            .withPolicyWeight(1e3)
            .withReinforceTemperature(2.0)
            .withRewardBaseline(RewardBaseline.BASE)
            .withRewardTrim(1)
            .withEntropyBonus(0.2);

    static Stream<TinyModel> models() {
        return Stream.of(
                TinyModel.of(false, 0, TinyModel.LAYOUT, Mixer.LINEAR, PLAIN, DataType.DOUBLE),
                TinyModel.of(true, 0, TinyModel.LAYOUT, Mixer.LINEAR, PLAIN, DataType.DOUBLE),
                TinyModel.of(true, 3, TinyModel.LAYOUT, Mixer.SIGMOID, ALL, DataType.DOUBLE),
                TinyModel.of(false, 3, TinyModel.LAYOUT, Mixer.NONE, PLAIN, DataType.DOUBLE),
                TinyModel.of(false, 0, new ThoughtLayout(2, 5, 3, 2, 2), Mixer.LINEAR, ENTROPY, DataType.DOUBLE),
                TinyModel.of(true, 3, new ThoughtLayout(1, 6, 2, 2, 2), Mixer.LINEAR, PLAIN, DataType.DOUBLE),
                TinyModel.of(true, 0, new ThoughtLayout(2, 3, 1, 1, 1), Mixer.LINEAR, PLAIN, DataType.DOUBLE),
                TinyModel.of(true, 3, TinyModel.LAYOUT, Mixer.LINEAR, PLAIN, DataType.DOUBLE)
                        .adapted("q_proj", "v_proj", "gate_proj"),
                TinyModel.of(false, 0, TinyModel.LAYOUT, Mixer.LINEAR, PLAIN, DataType.DOUBLE)
                        .adapted("k_proj", "o_proj", "up_proj", "down_proj"),
                TinyModel.ofFamily("mistral", TinyModel.LAYOUT, PLAIN),
                TinyModel.ofFamily("qwen2", TinyModel.LAYOUT, PLAIN),
                TinyModel.ofFamily("qwen3", new ThoughtLayout(1, 6, 2, 2, 2), ALL),
                TinyModel.ofFamily("gpt2", TinyModel.LAYOUT, PLAIN),
                TinyModel.ofFamily("gpt2", new ThoughtLayout(1, 6, 2, 2, 2), ALL));
    }

    @ParameterizedTest
    @MethodSource("models")
    void itsLossesAndGradientsAreTheWholeGraphs(TinyModel tiny) {
        int[] lengths = tiny.fullLengths();
        lengths[lengths.length - 1]--;
        LearningInputs batch = tiny.batch(tiny.text(1), lengths, tiny.thoughts(2));
        Map<String, double[]> expected = new LinkedHashMap<>();
        double[] losses = whole(tiny, batch, expected);
        try (var step = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch)) {
            // What another text left behind must not matter.
            set(tiny, batch, tiny.text(3), tiny.thoughts(4), lengths);
            step.run((token, noise) -> {}, gradients -> {});
            set(tiny, batch, tiny.text(1), tiny.thoughts(2), lengths);
            step.run((token, noise) -> {}, gradients -> compare(numbers(gradients), expected));
            assertThat(step.loss()).isCloseTo(losses[0], within(TOLERANCE * Math.abs(losses[0])));
            assertThat(step.policyLoss()).isCloseTo(losses[1], within(TOLERANCE));
            assertThat(step.parts())
                    .allSatisfy(part -> assertThat(part.seconds()).isPositive());
        }
    }

    /** Parts of the model alone, down to what stands behind the decoder, and the table with or without the head. */
    static Stream<Predicate<String>> trained() {
        return Stream.of(
                name -> name.contains("lora") || name.contains("talk_head") || name.endsWith("_embedding"),
                name -> name.contains("lora"),
                name -> name.startsWith("talk_head"),
                name -> name.equals(ThoughtParameters.START),
                name -> name.equals("model.layers.1.mlp.down_proj.weight"),
                name -> name.equals("model.embed_tokens.weight"),
                name -> name.equals("lm_head.weight"),
                name -> !name.equals("model.embed_tokens.weight"),
                name -> !name.equals("lm_head.weight"));
    }

    @ParameterizedTest
    @MethodSource("trained")
    void theOthersGradientsDoNotChangeWhereSomeAreFrozen(Predicate<String> trained) {
        for (boolean tied : new boolean[] {true, false}) {
            TinyModel tiny = TinyModel.of(tied, 3, TinyModel.LAYOUT, Mixer.LINEAR, PLAIN, DataType.DOUBLE)
                    .adapted("q_proj", "v_proj", "gate_proj");
            Set<String> names = tiny.trainable();
            names.removeIf(trained.negate());
            if (names.isEmpty() || names.equals(tiny.trainable())) {
                continue; // a tied head is no parameter of its own
            }
            LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
            Map<String, double[]> expected = new LinkedHashMap<>();
            double[] losses = whole(tiny, batch, expected);
            int all;
            try (var step = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch)) {
                all = products(step);
            }
            expected.keySet().retainAll(names);
            try (var step =
                    new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch, names)) {
                for (int i = 0; i < 2; i++) {
                    step.run((token, noise) -> {}, gradients -> compare(numbers(gradients), expected));
                }
                assertThat(step.loss()).isCloseTo(losses[0], within(TOLERANCE * Math.abs(losses[0])));
                if (!names.containsAll(matricesOfLayers(tiny))) {
                    assertThat(products(step)).isLessThan(all);
                }
                Map<String, double[]> sum = new LinkedHashMap<>();
                step.runInParts(
                        (token, noise) -> {},
                        gradients -> sum.putAll(numbers(gradients)),
                        gradients -> numbers(gradients)
                                .forEach((name, numbers) -> sum.merge(name, numbers, LearningStepTest::plus)));
                compare(sum, expected);
            }
        }
    }

    private static List<String> matricesOfLayers(TinyModel tiny) {
        return DecoderParameters.shapes(tiny.model()).keySet().stream()
                .filter(name -> name.endsWith("_proj.weight"))
                .toList();
    }

    /** Matrix products in a step; a matrix without a gradient saves one or more. */
    private static int products(LearningStep step) {
        List<StaticPlan> plans =
                step.parts().stream().flatMap(part -> part.plans().stream()).toList();
        plans.forEach(StaticPlan::startProfile);
        step.run((token, noise) -> {}, gradients -> {});
        return plans.stream()
                .flatMap(plan -> plan.takeProfile().stream())
                .filter(op -> op.kind().contains("matmul"))
                .mapToInt(StaticPlan.OpTime::count)
                .sum();
    }

    private static double[] plus(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] + b[i]).toArray();
    }

    @ParameterizedTest
    @MethodSource("models")
    void itsPartsAddUp(TinyModel tiny) {
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        Map<String, double[]> expected = new LinkedHashMap<>();
        whole(tiny, batch, expected);
        Map<String, double[]> sum = new LinkedHashMap<>();
        Map<String, double[]> policy = new LinkedHashMap<>();
        try (var step = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch)) {
            step.runInParts(
                    (token, noise) -> {},
                    gradients -> sum.putAll(numbers(gradients)),
                    gradients -> policy.putAll(numbers(gradients)));
        }
        // START is read by every thought, the mixing head by no policy.
        assertThat(Arrays.stream(policy.get(ThoughtParameters.START))).anyMatch(x -> x != 0);
        if (tiny.thought().mixer() != Mixer.NONE) {
            assertThat(policy.get(ThoughtParameters.W3)).containsOnly(0);
        }
        policy.forEach((name, numbers) -> {
            double[] other = sum.get(name);
            for (int i = 0; i < numbers.length; i++) {
                other[i] += numbers[i];
            }
        });
        compare(sum, expected);
    }

    private static void set(TinyModel tiny, LearningInputs batch, int[] text, int[] thoughts, int... lengths) {
        try (LearningInputs other = tiny.batch(text, lengths, thoughts)) {
            batch.setText(text, lengths, tiny.counts(lengths));
            batch.sampled().assign(other.sampled());
            batch.takeSampled();
        }
    }

    private static double[] whole(TinyModel tiny, LearningInputs batch, Map<String, double[]> gradients) {
        ReferenceObjective graph = tiny.graph();
        var gradient = GradientFunction.of(graph.graph(), ReferenceObjective.LOSS, graph.parameterNames());
        List<String> outputs = gradient.outputs(List.of(ReferenceObjective.LOSS, ReferenceObjective.POLICY_LOSS));
        try (var plan = StaticPlan.compile(gradient, batch.inputs(), outputs)) {
            plan.run();
            graph.parameterNames().stream()
                    .filter(gradient::dependsOn)
                    .forEach(name -> gradients.put(name, Differences.numbers(plan.output(gradient.gradientOf(name)))));
            return new double[] {
                plan.output(ReferenceObjective.LOSS).getDouble(0),
                plan.output(ReferenceObjective.POLICY_LOSS).getDouble(0)
            };
        }
    }

    private static Map<String, double[]> numbers(Map<String, INDArray> arrays) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        arrays.forEach((name, array) -> numbers.put(name, Differences.numbers(array)));
        return numbers;
    }

    private static void compare(Map<String, double[]> actual, Map<String, double[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, numbers) -> assertThat(Differences.relative(actual.get(name), numbers))
                .as(name)
                .isLessThan(TOLERANCE));
    }
}
