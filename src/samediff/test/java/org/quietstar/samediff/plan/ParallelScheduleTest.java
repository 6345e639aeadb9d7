package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.RandomArrays;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.run.NativeThreads;

/** Plans in several threads: what they compute, how often the threads meet, and what they leave behind. */
class ParallelScheduleTest {
    private final SameDiff sd = SameDiff.create();

    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    private SDVariable variable(String name, long... shape) {
        return sd.var(name, RandomArrays.normal(DataType.DOUBLE, 3, name, shape));
    }

    private StaticPlan plan(int threads, String output) {
        return StaticPlan.of(sd)
                .outputs(List.of(output))
                .threads(threads)
                .cuttingFrom(1)
                .compile();
    }

    /** Rows do not know of each other in a feed-forward layer. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void rowsGoThroughALayerWithoutAMeeting(int threads) {
        SDVariable x = variable("x", 40, 16);
        SDVariable hidden = sd.nn.sigmoid(sd.mmul(x.mul(x), variable("w", 16, 16)));
        sd.mmul(hidden.mul(x), variable("v", 16, 16)).add(x).rename("y");
        double[] expected = Differences.numbers(sd.output(Map.of(), "y").get("y"));
        try (var plan = plan(threads, "y")) {
            plan.run();
            plan.run();
            assertThat(Differences.relative(Differences.numbers(plan.output("y")), expected))
                    .isLessThan(1e-14);
            assertThat(plan.barriers()).isEqualTo(1);
        }
    }

    @Test
    void whoReadsWhatOthersWroteWaitsForThem() {
        SDVariable x = sd.math.exp(variable("x", 32, 16));
        SDVariable sums = sd.sum(x, true, 0); // [1, 16], cut by columns
        x.mul(sums).rename("y");
        double[] expected = Differences.numbers(sd.output(Map.of(), "y").get("y"));
        try (var plan = plan(2, "y")) {
            plan.run();
            assertThat(Differences.relative(Differences.numbers(plan.output("y")), expected))
                    .isLessThan(1e-14);
            assertThat(plan.barriers()).isEqualTo(3);
        }
    }

    @Test
    void oneThreadMeetsNobody() {
        sd.math.exp(variable("x", 32, 16)).rename("y");
        try (var plan = plan(1, "y")) {
            plan.run();
            assertThat(plan.barriers()).isZero();
        }
        assertThatThrownBy(() -> plan(0, "y")).isInstanceOf(IllegalArgumentException.class);
    }

    /** An output head on few rows, in either order: each thread has some of the columns. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void wideProducts(int threads) {
        for (int rows : new int[] {1, 3, 5}) {
            for (boolean transposed : new boolean[] {false, true}) {
                SameDiff graph = SameDiff.create();
                SDVariable x = graph.var("x", RandomArrays.normal(DataType.DOUBLE, 3, "x", rows, 64));
                long[] shape = transposed ? new long[] {301, 64} : new long[] {64, 301};
                SDVariable w = graph.var("w", RandomArrays.normal(DataType.DOUBLE, 3, "w", shape));
                graph.mmul(x, w, false, transposed, false).rename("y");
                double[] expected =
                        Differences.numbers(graph.output(Map.of(), "y").get("y"));
                try (var plan = StaticPlan.of(graph)
                        .outputs(List.of("y"))
                        .threads(threads)
                        .compile()) {
                    plan.run();
                    assertThat(Differences.relative(Differences.numbers(plan.output("y")), expected))
                            .isLessThan(1e-14);
                }
            }
        }
    }

    @Test
    void theThreadsOfKernelsAndBlasAreGivenBack() {
        sd.math.exp(variable("x", 32, 16)).rename("y");
        int ofBlas = Nd4j.factory().blas().getMaxThreads();
        int ofKernels = Nd4j.getEnvironment().maxMasterThreads();
        try (var plan = plan(2, "y")) {
            plan.run();
            assertThat(NativeThreads.count()).isEqualTo(ofBlas);
        }
        NativeThreads.limit();
        NativeThreads.limit();
        assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
        assertThat(NativeThreads.count()).isEqualTo(ofBlas);
        NativeThreads.restore();
        assertThat(Nd4j.getEnvironment().maxMasterThreads()).isEqualTo(1);
        NativeThreads.restore();
        assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(ofBlas);
        assertThat(Nd4j.getEnvironment().maxMasterThreads()).isEqualTo(ofKernels);
    }
}
