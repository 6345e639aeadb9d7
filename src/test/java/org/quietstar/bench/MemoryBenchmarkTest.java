package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.bench.MemoryBenchmark.Result;
import org.quietstar.bench.MemoryBenchmark.Sample;
import org.quietstar.thought.ThoughtLayout;

class MemoryBenchmarkTest {
    private static final BenchSize SIZE = new BenchSize("least", 23, 8, 1, 2, 12, new ThoughtLayout(1, 6, 2, 2, 2));

    @Test
    void growthIsTheDifferenceByStep() {
        var result = new Result(
                Executor.PLAN,
                SIZE,
                4,
                new Sample(1000, 5000),
                new Sample(1400, 4800),
                64,
                1,
                new BenchResult.Plan(1, 2, 3));
        assertThat(result.offHeapGrowth()).isEqualTo(100);
        assertThat(result.residentGrowth()).isEqualTo(-50);
        assertThat(result.asMap())
                .containsEntry("off_heap_growth_bytes_per_step", 100.0)
                .containsEntry("heap_bytes_per_step", 64.0)
                .containsEntry("steps", 4);
    }

    @Test
    void stepsAreCountedAfterTheWarmUp() {
        List<String> begun = new ArrayList<>();
        Result result = MemoryBenchmark.run(SIZE, Executor.PLAN, 2, begun::add);
        assertThat(begun)
                .hasSize(6)
                .startsWith("building the graphs", "warm-up 1 of 3")
                .endsWith("step 2 of 2");
        assertThat(result.heapPerStep()).isPositive();
        assertThat(result.plan().plannedBytes()).isPositive();
    }

    @Test
    void noStepsIsAUserError() {
        assertThatThrownBy(() -> MemoryBenchmark.run(SIZE, Executor.PLAN, 0, what -> {}))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("--steps 0");
    }
}
