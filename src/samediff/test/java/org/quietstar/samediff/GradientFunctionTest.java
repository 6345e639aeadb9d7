package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.StaticPlan;

class GradientFunctionTest {
    private static INDArray pair(double a, double b) {
        return Nd4j.create(new double[] {a, b});
    }

    @Test
    void gradientsAreNamedForVariablesAndPlaceholdersOnWhichTheLossDepends() {
        SameDiff sd = SameDiff.create();
        SDVariable w = sd.var("w", pair(2, 3));
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2);
        sd.var("other", pair(0, 0)).add(w).rename("unused");
        sd.sum(w.mul(x)).rename("loss");
        var gradients = GradientFunction.of(sd, "loss", List.of("w", "x", "other"));
        assertThat(gradients.dependsOn("w")).isTrue();
        assertThat(gradients.dependsOn("other")).isFalse();
        assertThatThrownBy(() -> gradients.gradientOf("other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'other'");
        List<String> outputs = gradients.outputs(List.of("loss"));
        assertThat(outputs).containsExactlyInAnyOrder("loss", gradients.gradientOf("w"), gradients.gradientOf("x"));
        try (var plan = StaticPlan.compile(gradients, Map.of("x", pair(5, 7)), outputs)) {
            plan.run();
            assertThat(plan.output("loss").getDouble(0)).isEqualTo(2 * 5 + 3 * 7);
            assertThat(plan.output(gradients.gradientOf("w"))).isEqualTo(pair(5, 7));
            assertThat(plan.output(gradients.gradientOf("x"))).isEqualTo(pair(2, 3));
        }
    }

    @Test
    void systemOutIsPutBackAfterAFailure() {
        PrintStream out = System.out;
        SameDiff sd = SameDiff.create();
        SDVariable table = sd.var("table", Nd4j.zeros(DataType.DOUBLE, 3, 2));
        sd.sum(table).castTo(DataType.INT32).rename("loss");
        assertThatThrownBy(() -> GradientFunction.of(sd, "loss", List.of("table")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(System.out).isSameAs(out);
    }
}
