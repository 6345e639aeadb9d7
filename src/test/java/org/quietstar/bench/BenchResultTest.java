package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchResultTest {
    private static BenchResult of(Double... seconds) {
        return new BenchResult(
                Executor.PLAN,
                BenchSize.TINY,
                List.of(seconds),
                6.5,
                1.25,
                700,
                200,
                2,
                new BenchResult.Plan(1000, 3L << 20, 12L << 20));
    }

    @Test
    void theLineHasTheComparisonsNames() {
        var map = of(3.0, 1.0, 2.0).asMap();
        assertThat(map.keySet())
                .containsExactly(
                        "program",
                        "device",
                        "executor",
                        "size",
                        "median_s",
                        "min_s",
                        "max_s",
                        "tokens_per_s",
                        "model_gflop",
                        "gflops",
                        "peak_rss_mb",
                        "sgemm_peak_gflops",
                        "share_of_sgemm_peak",
                        "loss",
                        "steps",
                        "threads",
                        "kernels",
                        "planned_mb",
                        "requested_mb",
                        "compile_s");
        assertThat(map)
                .containsEntry("executor", "plan")
                .containsEntry("size", "tiny")
                .containsEntry("median_s", 2.0)
                .containsEntry("min_s", 1.0)
                .containsEntry("max_s", 3.0)
                .containsEntry("tokens_per_s", 128.0)
                .containsEntry("steps", 3)
                .containsEntry("planned_mb", 3.0)
                .containsEntry("requested_mb", 12.0);
    }

    @Test
    void speedIsNecessaryWorkInTheMedianStep() {
        BenchResult result = of(1.0, 3.0);
        assertThat(result.medianSeconds()).isEqualTo(2);
        assertThat(result.gflops()).isCloseTo(38.083 / 2, within(1e-3));
        assertThat(result.shareOfSgemmPeak()).isCloseTo(result.gflops() / 200, within(1e-12));
    }
}
