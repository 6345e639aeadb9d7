package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.StaticPlan;

/** Spec, sections 5 and 10.2. */
class MixingHeadTest {
    private static final List<String> OUTPUTS = List.of(
            QuietStarGraph.MIXED_LOGITS,
            QuietStarGraph.MIXED_HIDDEN,
            QuietStarGraph.MIX_WEIGHT,
            QuietStarGraph.BASE_LOGITS,
            DecoderNames.FINAL);

    @ParameterizedTest
    @CsvSource({"linear, false", "linear, true", "sigmoid, false"})
    void theHeadOfTheMixedStateGivesTheMixedLogits(String mixer, boolean tied) {
        var sizes = new ThoughtSizes(2, 5, 2, 2, 3);
        TinyModel tiny = TinyModel.of(tied, 0, sizes, mixer, LossOptions.DEFAULT, DataType.DOUBLE);
        QuietStarGraph graph = tiny.graph();
        LearningBatch batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), OUTPUTS)) {
            plan.run();
            double[][] hidden = plan.output(DecoderNames.FINAL).toDoubleMatrix();
            double[][] weights = plan.output(QuietStarGraph.MIX_WEIGHT).toDoubleMatrix();
            double[][] mixed = plan.output(QuietStarGraph.MIXED_LOGITS).toDoubleMatrix();
            double[][] head =
                    tiny.parameters().get(DecoderParameters.head(tiny.model())).toDoubleMatrix();
            int compared = 0;
            for (int row = 0; row < mixed.length; row++) {
                int k = row / sizes.stepRows();
                int b = row % sizes.stepRows() / sizes.length() / sizes.thoughts();
                int n = row / sizes.length() % sizes.thoughts();
                int p = row % sizes.length();
                if (p + k >= sizes.length()) {
                    continue;
                }
                double[] base = hidden[tiny.row(b, n, p + k, 0)];
                double[] thought = hidden[tiny.row(b, n, p, sizes.thoughtTokens() + 2 + k)];
                double w = weight(tiny, base, thought);
                assertThat(weights[row][0]).isCloseTo(w, offset(1e-12));
                for (int v = 0; v < head.length; v++) {
                    double expected = (1 - w) * dot(base, head[v]) + w * dot(thought, head[v]);
                    assertThat(mixed[row][v]).isCloseTo(expected, offset(1e-12));
                }
                compared++;
            }
            assertThat(compared).isEqualTo(sizes.batch() * sizes.thoughts() * (5 + 4 + 3));
        }
    }

    /** W3·relu(W2·relu(W1·[base; thought] + b1) + b2), and its sigmoid where there is one. */
    private static double weight(TinyModel tiny, double[] base, double[] thought) {
        Parameters parameters = tiny.parameters();
        int d = base.length;
        double[] both = new double[2 * d];
        System.arraycopy(base, 0, both, 0, d);
        System.arraycopy(thought, 0, both, d, d);
        double[] first = relu(both, parameters.get(ThoughtParameters.W1), parameters.get(ThoughtParameters.B1));
        double[] second = relu(first, parameters.get(ThoughtParameters.W2), parameters.get(ThoughtParameters.B2));
        double w = dot(second, parameters.get(ThoughtParameters.W3).toDoubleMatrix()[0]);
        return tiny.thought().mixer().equals("sigmoid")
                ? 1 / (1 + Math.exp(-w - parameters.get(ThoughtParameters.B3).getDouble(0)))
                : w;
    }

    private static double[] relu(double[] x, INDArray weight, INDArray bias) {
        double[][] w = weight.toDoubleMatrix();
        double[] y = new double[w.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = Math.max(0, dot(w[i], x) + bias.getDouble(i));
        }
        return y;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * How a product of matrices rounds one row depends on the kernel that OpenBLAS picks for the number of rows, so the
     * base model's logits are compared in a product of the same shape.
     */
    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE"})
    void aNewMixerGivesTheBaseModelsLogitsBitForBit(String typeName) {
        var type = DataType.valueOf(typeName);
        var sizes = new ThoughtSizes(2, 7, 2, 2, 3);
        TinyModel random = TinyModel.of(false, 0, sizes, "linear", LossOptions.DEFAULT, type);
        Parameters fresh =
                ThoughtParameters.create(random.model(), ThoughtConfig.defaults(), random.parameters(), 3, 11);
        var tiny = new TinyModel(
                random.model(),
                random.thought(),
                random.loss(),
                sizes,
                List.of(),
                random.parameters().and(fresh));
        QuietStarGraph graph = tiny.graph();
        LearningBatch batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), OUTPUTS)) {
            plan.run();
            assertThat(plan.output(QuietStarGraph.MIX_WEIGHT)).isEqualTo(Nd4j.zeros(type, 3L * sizes.stepRows(), 1));
            INDArray expected = baseStatesAhead(tiny, plan.output(DecoderNames.FINAL));
            INDArray mixed = plan.output(QuietStarGraph.MIXED_HIDDEN).reshape(expected.shape());
            assertThat(Differences.numbers(mixed)).containsExactly(Differences.numbers(expected));
            INDArray logits = inOneProduct(expected, tiny.parameters().get(DecoderParameters.HEAD));
            assertThat(Differences.numbers(plan.output(QuietStarGraph.MIXED_LOGITS)))
                    .containsExactly(Differences.numbers(logits));
            assertThat(Differences.relative(
                            logits.get(NDArrayIndex.interval(0, sizes.length()), NDArrayIndex.all()),
                            plan.output(QuietStarGraph.BASE_LOGITS)
                                    .get(NDArrayIndex.interval(0, sizes.length()), NDArrayIndex.all())))
                    .isLessThan(type == DataType.FLOAT ? 1e-6 : 1e-15);
        }
    }

    /** The text's final states as the mixed rows see them: that of position p + k, or zeros beyond the text. */
    private static INDArray baseStatesAhead(TinyModel tiny, INDArray hidden) {
        ThoughtSizes sizes = tiny.sizes();
        INDArray ahead = Nd4j.zeros(hidden.dataType(), (long) sizes.lookahead() * sizes.stepRows(), hidden.columns());
        for (int row = 0; row < ahead.rows(); row++) {
            int p = row % sizes.length() + row / sizes.stepRows();
            int b = row % sizes.stepRows() / sizes.length() / sizes.thoughts();
            if (p < sizes.length()) {
                ahead.putRow(row, hidden.getRow(tiny.row(b, 0, p, 0)));
            }
        }
        return ahead;
    }

    private static INDArray inOneProduct(INDArray hidden, INDArray head) {
        CorrectedOps.install();
        SameDiff sd = SameDiff.create();
        sd.mmul(sd.var("hidden", hidden), sd.var("head", head), false, true, false)
                .rename("logits");
        try (var plan = StaticPlan.compile(sd, sd, Map.of(), List.of("logits"))) {
            plan.run();
            return plan.output("logits").dup();
        }
    }
}
