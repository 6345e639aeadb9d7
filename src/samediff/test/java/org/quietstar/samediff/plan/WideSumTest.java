package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GradientFunction;

/** Sums over a large vocabulary, whose tail M2.1's own sum loses. */
class WideSumTest {
    /** A likely token somewhere, and a tail of equally unlikely ones. */
    private static float[] peaked(int width, int peak, float tail) {
        float[] row = new float[width];
        java.util.Arrays.fill(row, tail);
        row[peak] = 1;
        return row;
    }

    @ParameterizedTest
    @CsvSource({"262144, 0", "262144, 500", "151936, 151935", "50257, 3", "1024, 0", "1023, 7"})
    void theTailCounts(int width, int peak) {
        float tail = 1e-8f;
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 2, 3, width);
        sd.sum(x, true, 2).rename("kept");
        sd.sum(x.reshape(6, width), 1).rename("dropped");
        float[] row = peaked(width, peak, tail);
        INDArray given = Nd4j.create(DataType.FLOAT, 2, 3, width);
        for (int i = 0; i < 6; i++) {
            given.tensorAlongDimension(i, 2).assign(Nd4j.createFromArray(row).mul(i + 1));
        }
        double exact = 1 + (width - 1) * (double) tail;
        try (StaticPlan plan = StaticPlan.of(sd)
                .given(Map.of("x", given))
                .outputs(List.of("kept", "dropped"))
                .compile()) {
            plan.run();
            assertThat(plan.output("kept").shape()).containsExactly(2, 3, 1);
            assertThat(plan.output("dropped").shape()).containsExactly(6);
            for (int i = 0; i < 6; i++) {
                // Below a width of 1,024 the loss cannot reach this bound.
                double bound = 2e-7 * exact * (i + 1) + (width < 1024 ? width * 6e-8 * (i + 1) : 0);
                assertThat(plan.output("kept").getDouble(i / 3, i % 3, 0)).isCloseTo(exact * (i + 1), within(bound));
                assertThat(plan.output("dropped").getDouble(i)).isCloseTo(exact * (i + 1), within(bound));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"262144, 500", "151936, 0"})
    void logSumExpAndItsGradientAreRightToAMillionth(int width, int peak) {
        SameDiff sd = SameDiff.create();
        SDVariable logits = sd.placeHolder("logits", DataType.FLOAT, 1, width);
        SDVariable z = sd.sum(sd.math.exp(logits.sub(sd.constant(Nd4j.scalar(12f)))), true, 1);
        sd.math.log(z).add(sd.constant(Nd4j.scalar(12f))).rename("logZ");
        sd.sum(sd.getVariable("logZ")).rename("loss");
        float[] row = new float[width];
        java.util.Arrays.fill(row, -5);
        row[peak] = 12;
        INDArray given = Nd4j.createFromArray(row).reshape(1, width);
        double tail = Math.exp(-17);
        double sum = 1 + (width - 1) * tail;
        GradientFunction gradient = GradientFunction.of(sd, "loss", List.of("logits"));
        String name = gradient.gradientOf("logits");
        try (StaticPlan plan = StaticPlan.of(gradient)
                .given(Map.of("logits", given))
                .outputs(List.of("logZ", name))
                .compile()) {
            plan.run();
            double logZ = 12 + Math.log(sum);
            assertThat(plan.output("logZ").getDouble(0)).isCloseTo(logZ, within(1e-6 * logZ));
            assertThat(plan.output(name).getDouble(0, peak)).isCloseTo(1 / sum, within(1e-6));
            assertThat(plan.output(name).getDouble(0, peak == 0 ? 1 : 0)).isCloseTo(tail / sum, within(1e-6 * tail));
        }
    }
}
