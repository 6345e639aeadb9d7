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
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.StaticPlan;

/** docs/algorithm.md, sections 5 and 10.2. */
class MixingHeadTest {
    private static final List<String> OUTPUTS = List.of(
            QuietStarLoss.MIXED_LOGITS,
            QuietStarLoss.MIXED_HIDDEN,
            QuietStarLoss.MIX_WEIGHT,
            QuietStarLoss.BASE_LOGITS,
            DecoderNames.FINAL);

    @ParameterizedTest
    @CsvSource({"LINEAR, false", "LINEAR, true", "SIGMOID, false"})
    void theHeadOfTheMixedStateGivesTheMixedLogits(Mixer mixer, boolean tied) {
        var layout = new ThoughtLayout(2, 5, 2, 2, 3);
        TinyModel tiny = TinyModel.of(tied, 0, layout, mixer, LossOptions.DEFAULT, DataType.DOUBLE);
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), OUTPUTS)) {
            plan.run();
            double[][] hidden = plan.output(DecoderNames.FINAL).toDoubleMatrix();
            double[][] weights = plan.output(QuietStarLoss.MIX_WEIGHT).toDoubleMatrix();
            double[][] mixed = plan.output(QuietStarLoss.MIXED_LOGITS).toDoubleMatrix();
            double[][] head =
                    tiny.parameters().get(DecoderParameters.head(tiny.model())).toDoubleMatrix();
            int compared = 0;
            for (int row = 0; row < mixed.length; row++) {
                int k = row / layout.slotRows();
                int b = row % layout.slotRows() / layout.length() / layout.thoughts();
                int n = row / layout.length() % layout.thoughts();
                int p = row % layout.length();
                if (p + k >= layout.length()) {
                    continue;
                }
                double[] base = hidden[tiny.row(b, n, p + k, 0)];
                double[] thought = hidden[tiny.row(b, n, p, layout.endSlot() + k)];
                double w = weight(tiny, base, thought);
                assertThat(weights[row][0]).isCloseTo(w, offset(1e-12));
                for (int v = 0; v < head.length; v++) {
                    double expected = (1 - w) * dot(base, head[v]) + w * dot(thought, head[v]);
                    assertThat(mixed[row][v]).isCloseTo(expected, offset(1e-12));
                }
                compared++;
            }
            assertThat(compared).isEqualTo(layout.batch() * layout.thoughts() * (5 + 4 + 3));
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
        return tiny.thought().mixer() == Mixer.SIGMOID
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
        var layout = new ThoughtLayout(2, 7, 2, 2, 3);
        TinyModel random = TinyModel.of(false, 0, layout, Mixer.LINEAR, LossOptions.DEFAULT, type);
        Parameters fresh =
                ThoughtParameters.create(random.model(), ThoughtConfig.defaults(), random.parameters(), 3, 11);
        var tiny = new TinyModel(
                random.model(),
                random.thought(),
                random.loss(),
                layout,
                List.of(),
                random.parameters().and(fresh));
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), OUTPUTS)) {
            plan.run();
            assertThat(plan.output(QuietStarLoss.MIX_WEIGHT)).isEqualTo(Nd4j.zeros(type, 3L * layout.slotRows(), 1));
            INDArray expected = baseStatesAhead(tiny, plan.output(DecoderNames.FINAL));
            INDArray mixed = plan.output(QuietStarLoss.MIXED_HIDDEN).reshape(expected.shape());
            assertThat(Differences.numbers(mixed)).containsExactly(Differences.numbers(expected));
            INDArray logits = inOneProduct(expected, tiny.parameters().get(DecoderParameters.HEAD));
            assertThat(Differences.numbers(plan.output(QuietStarLoss.MIXED_LOGITS)))
                    .containsExactly(Differences.numbers(logits));
            assertThat(Differences.relative(
                            logits.get(NDArrayIndex.interval(0, layout.length()), NDArrayIndex.all()),
                            plan.output(QuietStarLoss.BASE_LOGITS)
                                    .get(NDArrayIndex.interval(0, layout.length()), NDArrayIndex.all())))
                    .isLessThan(type == DataType.FLOAT ? 1e-6 : 1e-15);
        }
    }

    /** The text's final states as the mixed rows see them: that of position p + k, or zeros beyond the text. */
    private static INDArray baseStatesAhead(TinyModel tiny, INDArray hidden) {
        ThoughtLayout layout = tiny.layout();
        INDArray ahead = Nd4j.zeros(hidden.dataType(), (long) layout.lookahead() * layout.slotRows(), hidden.columns());
        for (int row = 0; row < ahead.rows(); row++) {
            int p = row % layout.length() + row / layout.slotRows();
            int b = row % layout.slotRows() / layout.length() / layout.thoughts();
            if (p < layout.length()) {
                ahead.putRow(row, hidden.getRow(tiny.row(b, 0, p, 0)));
            }
        }
        return ahead;
    }

    private static INDArray inOneProduct(INDArray hidden, INDArray head) {
        SameDiffFixes.install();
        SameDiff sd = SameDiff.create();
        sd.mmul(sd.var("hidden", hidden), sd.var("head", head), false, true, false)
                .rename("logits");
        try (var plan = StaticPlan.compile(sd, Map.of(), List.of("logits"))) {
            plan.run();
            return plan.output("logits").dup();
        }
    }
}
