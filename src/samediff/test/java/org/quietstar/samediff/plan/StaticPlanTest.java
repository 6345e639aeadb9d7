package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.Differences;

class StaticPlanTest {
    private static INDArray matrix(double... numbers) {
        return Nd4j.createFromArray(numbers).reshape(2, numbers.length / 2);
    }

    private static double[] run(SameDiff sd, Map<String, INDArray> inputs, String output) {
        try (var plan = StaticPlan.compile(sd, inputs, List.of(output))) {
            plan.run();
            return Differences.numbers(plan.output(output));
        }
    }

    @Test
    void inputsAndVariablesChangedInPlaceAreSeen() {
        SameDiff sd = SameDiff.create();
        INDArray x = matrix(1, 2, 3, 4);
        INDArray w = Nd4j.eye(2).castTo(DataType.DOUBLE); // sd.var would copy a view
        sd.mmul(sd.placeHolder("x", DataType.DOUBLE, 2, 2), sd.var("w", w)).rename("y");
        try (var plan = StaticPlan.compile(sd, Map.of("x", x), List.of("y"))) {
            plan.run();
            assertThat(plan.output("y")).isEqualTo(matrix(1, 2, 3, 4));
            x.assign(matrix(5, 6, 7, 8));
            w.muli(2);
            plan.run();
            plan.run();
            assertThat(plan.output("y")).isEqualTo(matrix(10, 12, 14, 16));
        }
    }

    @Test
    void outputsSurviveTheStepsAfterThem() {
        SameDiff sd = SameDiff.create();
        SDVariable y = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        for (int i = 0; i < 8; i++) {
            y = y.add(sd.constant(Nd4j.scalar(1.0)));
            y.rename("y" + i);
        }
        List<String> all = List.of("y0", "y3", "y7");
        try (var plan = StaticPlan.compile(sd, Map.of("x", matrix(0, 0, 0, 0)), all)) {
            plan.run();
            assertThat(plan.output("y0")).isEqualTo(matrix(1, 1, 1, 1));
            assertThat(plan.output("y3")).isEqualTo(matrix(4, 4, 4, 4));
            assertThat(plan.output("y7")).isEqualTo(matrix(8, 8, 8, 8));
            // Three outputs and two places for what is neither.
            assertThat(plan.size()).isEqualTo(8);
            assertThat(plan.requestedBytes()).isEqualTo(8 * 4 * 8);
            assertThat(plan.plannedBytes()).isLessThan(plan.requestedBytes());
        }
    }

    @Test
    void stepsThatNoOutputNeedsAreLeftOut() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        sd.math.exp(x).rename("unused");
        x.mul(x).rename("y");
        try (var plan = StaticPlan.compile(sd, Map.of("x", matrix(1, 2, 3, 4)), List.of("y"))) {
            plan.run();
            assertThat(plan.size()).isEqualTo(1);
            assertThat(plan.output("y")).isEqualTo(matrix(1, 4, 9, 16));
            assertThatThrownBy(() -> plan.output("unused"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unused")
                    .hasMessageContaining("[y]");
        }
    }

    @Test
    void reshapesShareTheirSourcesNumbers() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 3);
        SDVariable w = sd.var("w", matrix(1, 2, 3, 4, 5, 6));
        sd.reshape(x, 3, 2).rename("x.reshaped");
        sd.reshape(sd.reshape(w, 6), 3, 2).rename("w.reshaped");
        SDVariable square = x.mul(x);
        square.rename("square");
        sd.reshape(sd.reshape(square, 6), 1, 6).rename("square.reshaped");
        sd.reshape(sd.constant(matrix(7, 8)), 1, 2).rename("c.reshaped");
        INDArray input = matrix(1, 2, 3, 4, 5, 6);
        List<String> outputs = List.of("x.reshaped", "w.reshaped", "square", "square.reshaped", "c.reshaped");
        try (var plan = StaticPlan.compile(sd, Map.of("x", input), outputs)) {
            assertThat(plan.size()).isEqualTo(1);
            for (int round = 1; round <= 2; round++) {
                input.assign(matrix(1, 2, 3, 4, 5, 6).muli(round));
                plan.run();
                assertThat(plan.output("x.reshaped")).isEqualTo(input.reshape(3, 2));
                assertThat(plan.output("w.reshaped").toDoubleMatrix()[2]).containsExactly(5, 6);
                assertThat(plan.output("square")).isEqualTo(input.mul(input));
                assertThat(plan.output("square.reshaped"))
                        .isEqualTo(input.mul(input).reshape(1, 6));
                assertThat(plan.output("c.reshaped").toDoubleVector()).containsExactly(7, 8);
            }
        }
    }

    @Test
    void inputsNeedNotBeRowMajorUnlessTheyAreReshaped() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 3);
        sd.identity(x).rename("same");
        new StopGradient(sd, x).outputVariable().rename("stopped");
        x.mul(x).rename("square");
        sd.reshape(sd.identity(x), 6).rename("reshaped");
        INDArray columnMajor = matrix(1, 2, 3, 4, 5, 6).dup('f');
        INDArray view = matrix(1, 2, 3, 9, 4, 5, 6, 9).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3));
        for (INDArray input : List.of(columnMajor, view)) {
            try (var plan = StaticPlan.compile(sd, Map.of("x", input), List.of("same", "stopped", "square"))) {
                input.muli(2);
                plan.run();
                assertThat(Differences.numbers(plan.output("same"))).containsExactly(2, 4, 6, 8, 10, 12);
                assertThat(Differences.numbers(plan.output("stopped"))).containsExactly(2, 4, 6, 8, 10, 12);
                assertThat(Differences.numbers(plan.output("square"))).containsExactly(4, 16, 36, 64, 100, 144);
            }
            assertThatThrownBy(() -> run(sd, Map.of("x", input), "reshaped"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'x'")
                    .hasMessageContaining("dup('c')");
        }
    }

    @Test
    void whatIsKnownToBeZeroIsLeftOut() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        SDVariable zero = sd.zerosLike(x);
        zero.add(x).rename("sum");
        x.add(zero.mul(x)).rename("product");
        sd.reshape(zero, 4).rename("reshaped");
        sd.permute(zero.mul(x), 1, 0).add(x).rename("permuted");
        x.sub(zero).rename("difference");
        List<String> outputs = List.of("sum", "product", "reshaped", "permuted", "difference");
        try (var plan = StaticPlan.compile(sd, Map.of("x", matrix(1, 2, 3, 4)), outputs)) {
            plan.run();
            assertThat(plan.size()).as("steps: the difference alone").isEqualTo(1);
            assertThat(plan.output("sum")).isEqualTo(matrix(1, 2, 3, 4));
            assertThat(plan.output("product")).isEqualTo(matrix(1, 2, 3, 4));
            assertThat(plan.output("permuted")).isEqualTo(matrix(1, 2, 3, 4));
            assertThat(plan.output("difference")).isEqualTo(matrix(1, 2, 3, 4));
            assertThat(plan.output("reshaped").toDoubleVector()).containsExactly(0, 0, 0, 0);
        }
    }

    @Test
    void whatFollowsFromConstantsAndZerosIsComputedOnce() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        SDVariable zero = sd.zerosLike(x);
        zero.sub(sd.constant(matrix(1, 2, 3, 4))).rename("negative");
        sd.math.exp(zero).rename("one");
        sd.math.exp(sd.constant(matrix(0, 1, 0, 1))).rename("exp");
        sd.concat(0, zero, sd.constant(matrix(1, 2, 3, 4))).rename("both");
        List<String> outputs = List.of("negative", "one", "exp", "both");
        try (var plan = StaticPlan.compile(sd, Map.of("x", matrix(5, 6, 7, 8)), outputs)) {
            plan.run();
            assertThat(plan.size()).isZero();
            assertThat(plan.plannedBytes()).isZero();
            assertThat(plan.output("negative")).isEqualTo(matrix(-1, -2, -3, -4));
            assertThat(plan.output("one")).isEqualTo(matrix(1, 1, 1, 1));
            assertThat(plan.output("exp")).isEqualTo(matrix(1, Math.E, 1, Math.E));
            assertThat(Differences.numbers(plan.output("both"))).containsExactly(0, 0, 0, 0, 1, 2, 3, 4);
        }
    }

    @Test
    void reductionsOfAnAxisOfLengthOneReturnTheirInput() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 1, 2);
        SDVariable y = x.add(sd.constant(Nd4j.scalar(1.0)));
        sd.sum(y, true, 1).rename("sum");
        sd.max(y, false, 1).rename("max");
        sd.mean(x, false, 1).rename("mean");
        INDArray input = matrix(1, -2, 3, 4).reshape(2, 1, 2);
        try (var plan = StaticPlan.compile(sd, Map.of("x", input), List.of("sum", "max", "mean"))) {
            plan.run();
            assertThat(plan.output("sum")).isEqualTo(input.add(1));
            assertThat(plan.output("max")).isEqualTo(matrix(2, -1, 4, 5));
            assertThat(plan.output("mean")).isEqualTo(matrix(1, -2, 3, 4));
        }
    }

    @Test
    void twoPlansOfOneGraphDoNotDisturbEachOther() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        sd.sum(x.mul(x), true, 1).add(sd.max(x, true, 1)).rename("y");
        INDArray one = matrix(1, 2, 3, 4);
        INDArray two = matrix(5, 6, 7, 8);
        try (var first = StaticPlan.compile(sd, Map.of("x", one), List.of("y"));
                var second = StaticPlan.compile(sd, Map.of("x", two), List.of("y"))) {
            first.run();
            second.run();
            first.run();
            assertThat(first.output("y").toDoubleVector()).containsExactly(7, 29);
            assertThat(second.output("y").toDoubleVector()).containsExactly(67, 121);
        }
    }

    @Test
    void wrongUseIsNamed() {
        SameDiff sd = SameDiff.create();
        sd.placeHolder("x", DataType.DOUBLE, 2, 2)
                .add(sd.placeHolder("b", DataType.DOUBLE, 2, 2))
                .rename("y");
        INDArray x = matrix(1, 2, 3, 4);
        assertThatThrownBy(() -> run(sd, Map.of("x", x), "y"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'b'");
        assertThatThrownBy(() -> run(sd, Map.of("x", x, "b", x.castTo(DataType.FLOAT)), "y"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'b'")
                .hasMessageContaining("DOUBLE")
                .hasMessageContaining("FLOAT");
        assertThatThrownBy(() -> run(sd, Map.of("x", x, "b", x), "z"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'z'");
        var plan = StaticPlan.compile(sd, Map.of("x", x, "b", x), List.of("y"));
        plan.close();
        plan.close();
        assertThatThrownBy(plan::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> plan.output("y"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(x.wasClosed()).as("the caller's array").isFalse();
    }
}
