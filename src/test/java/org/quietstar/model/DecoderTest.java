package org.quietstar.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.StaticPlan;

/** The decoder's graph against {@link ReferenceDecoder}, and the language model's loss on top of it. */
class DecoderTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 7;
    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7};

    /** Heads, key/value heads, width of a head (0: D / H), window, tied. */
    static Stream<ModelConfig> models() {
        return Stream.of(
                model(4, 2, 0, 0, true),
                model(4, 1, 6, 3, false),
                model(2, 2, 4, 2, false),
                model(3, 3, 2, 100, true),
                of("mistral", 2, 6, 3, 1),
                of("qwen2", 2, 0, 0, 1),
                of("qwen3", 2, 6, 0, 1),
                of("gpt2", 4, 0, 0, 1),
                // The six pairs of a head turn often, sometimes and seldom within eight positions.
                of("llama", 2, 12, 0, 8));
    }

    private static ModelConfig of(String family, int kvHeads, int headDim, int window, double scaling) {
        return SmallDecoder.config()
                .withKvHeads(kvHeads)
                .withHeadDim(headDim)
                .withRopeTheta(500.0)
                .withSlidingWindow(window)
                .withFamily(family)
                .withRopeScalingFactor(scaling)
                .withRopeLowFrequencyFactor(0.1)
                .withRopeHighFrequencyFactor(1.1)
                .withRopeOriginalPositions(8);
    }

    private static ModelConfig model(int heads, int kvHeads, int headDim, int window, boolean tied) {
        return SmallDecoder.config()
                .withHeads(heads)
                .withKvHeads(kvHeads)
                .withHeadDim(headDim)
                .withRopeTheta(50.0)
                .withSlidingWindow(window)
                .withTiedEmbeddings(tied)
                .withInitializerRange(0.4);
    }

    private static Parameters parameters(ModelConfig model) {
        Parameters parameters = DecoderParameters.random(model, DataType.DOUBLE, 3);
        parameters.asMap().forEach((name, array) -> {
            if (array.rank() == 1) {
                array.addi(Parameters.normal(DataType.DOUBLE, 4, name, 0.2, array.shape()));
            }
        });
        return parameters;
    }

    private static Map<String, INDArray> inputs(int[] ids, double[] weights) {
        int[] labels = new int[ids.length];
        for (int r = 0; r + 1 < ids.length; r++) {
            labels[r] = ids[r + 1];
        }
        return Map.of(
                LanguageModelGraph.IDS, Nd4j.createFromArray(ids),
                LanguageModelGraph.LABELS, Nd4j.createFromArray(labels),
                LanguageModelGraph.WEIGHTS, Nd4j.createFromArray(weights).reshape(weights.length, 1));
    }

    private static double[] weights() {
        double[] weights = new double[IDS.length];
        Arrays.setAll(weights, r -> r % LENGTH + 1 < LENGTH ? 0.1 * (r + 1) : 0);
        return weights;
    }

    /** Σ weight·NLL and logits, by plain loops. */
    private static double loss(ReferenceDecoder reference, double[][] logits) {
        double loss = 0;
        for (int b = 0; b < BATCH; b++) {
            double[][] each = reference.logits(Arrays.copyOfRange(IDS, b * LENGTH, (b + 1) * LENGTH));
            System.arraycopy(each, 0, logits, b * LENGTH, LENGTH);
            for (int p = 0; p + 1 < LENGTH; p++) {
                double sum = Arrays.stream(each[p]).map(Math::exp).sum();
                int row = b * LENGTH + p;
                loss += weights()[row] * (Math.log(sum) - each[p][IDS[row + 1]]);
            }
        }
        return loss;
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsAndLossAreThoseOfTheReference(ModelConfig model) {
        Parameters parameters = parameters(model);
        double[][] logits = new double[BATCH * LENGTH][];
        double loss = loss(new ReferenceDecoder(model, parameters), logits);
        var graph = new LanguageModelGraph(model, BATCH, LENGTH, parameters);
        var outputs = List.of(LanguageModelGraph.LOGITS, LanguageModelGraph.LOSS, LanguageModelGraph.NLL);
        try (var plan = StaticPlan.compile(graph.graph(), inputs(IDS, weights()), outputs)) {
            plan.run();
            double[] actual = Differences.numbers(plan.output(LanguageModelGraph.LOGITS));
            assertThat(Differences.relative(actual, Differences.numbers(logits)))
                    .isLessThan(1e-13);
            assertThat(plan.output(LanguageModelGraph.LOSS).getDouble(0)).isCloseTo(loss, offset(1e-12 * loss));
            double[] nll = Differences.numbers(plan.output(LanguageModelGraph.NLL));
            double sum = 0;
            for (int r = 0; r < nll.length; r++) {
                sum += nll[r] * weights()[r];
            }
            assertThat(sum).isCloseTo(loss, offset(1e-12 * loss));
        }
        assertThat(graph.parameterNames())
                .containsExactlyInAnyOrderElementsOf(
                        DecoderParameters.shapes(model).keySet());
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreTheReferencesSlopes(ModelConfig model) {
        Parameters parameters = parameters(model);
        var graph = new LanguageModelGraph(model, BATCH, LENGTH, parameters);
        var gradients = GradientFunction.of(graph.graph(), LanguageModelGraph.LOSS, graph.parameterNames());
        double step = 1e-6;
        try (var plan = StaticPlan.compile(gradients, inputs(IDS, weights()), gradients.outputs(List.of()))) {
            plan.run();
            for (String name : graph.parameterNames()) {
                INDArray gradient = plan.output(gradients.gradientOf(name));
                INDArray parameter = parameters.get(name);
                INDArray before = parameter.dup();
                INDArray direction = Parameters.normal(DataType.DOUBLE, 8, name, 1, parameter.shape());
                parameter.addi(direction.mul(step));
                double up = loss(new ReferenceDecoder(model, parameters), new double[IDS.length][]);
                parameter.assign(before).subi(direction.mul(step));
                double down = loss(new ReferenceDecoder(model, parameters), new double[IDS.length][]);
                parameter.assign(before);
                double expected = gradient.mul(direction).sumNumber().doubleValue();
                double scale = gradient.norm2Number().doubleValue();
                assertThat((up - down) / (2 * step)).as(name).isCloseTo(expected, offset(1e-7 * scale));
            }
        }
    }

    @Test
    void llama3ScalesSlowAnglesOnly() {
        ModelConfig scaled = of("llama", 2, 12, 0, 8);
        ModelConfig plain = of("llama", 2, 12, 0, 1);
        Parameters parameters = parameters(plain);
        int[] ids = Arrays.copyOf(IDS, LENGTH);
        double[] a = Differences.numbers(new ReferenceDecoder(scaled, parameters).logits(ids));
        double[] b = Differences.numbers(new ReferenceDecoder(plain, parameters).logits(ids));
        assertThat(Differences.relative(a, b)).isGreaterThan(1e-3);
    }

    @Test
    void aPositionWithoutAVectorIsRefused() {
        ModelConfig model = SmallDecoder.config()
                .withRopeTheta(500.0)
                .withMaxPositions(LENGTH - 1)
                .withFamily("gpt2");
        Parameters parameters = parameters(model);
        assertThatThrownBy(() -> new LanguageModelGraph(model, BATCH, LENGTH, parameters))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Position 6 has no vector");
    }

    @Test
    void aTokenBeyondTheWindowOfAllLayersIsNotSeen() {
        ModelConfig model = model(4, 2, 0, 2, true);
        Parameters parameters = parameters(model);
        var graph = new LanguageModelGraph(model, BATCH, LENGTH, parameters);
        Map<String, INDArray> inputs = inputs(IDS.clone(), weights());
        try (var plan = StaticPlan.compile(graph.graph(), inputs, List.of(LanguageModelGraph.LOGITS))) {
            plan.run();
            INDArray before = plan.output(LanguageModelGraph.LOGITS).dup();
            inputs.get(LanguageModelGraph.IDS).putScalar(1, 7);
            plan.run();
            INDArray after = plan.output(LanguageModelGraph.LOGITS);
            for (int p = 0; p < BATCH * LENGTH; p++) {
                // Two layers with a window of two carry a token two places on.
                boolean reached = p >= 1 && p <= 3;
                assertThat(after.getRow(p).equals(before.getRow(p)))
                        .as("row %d", p)
                        .isEqualTo(!reached);
            }
        }
    }

    @Test
    void logitsThatAreFarApartStayFinite() {
        SameDiffFixes.install();
        SameDiff sd = SameDiff.create();
        SDVariable logits = sd.var("logits", Nd4j.create(new double[][] {{1000, -1000, 999}, {-5000, -5000, -5000}}));
        CrossEntropy.nll(sd, logits, sd.constant(Nd4j.create(new double[][] {{999}, {-5000}})))
                .rename("nll");
        try (var plan = StaticPlan.compile(sd, Map.of(), List.of("nll"))) {
            plan.run();
            assertThat(Differences.numbers(plan.output("nll")))
                    .containsExactly(new double[] {1 + Math.log1p(Math.exp(-1)), Math.log(3)}, offset(1e-12));
        }
    }
}
