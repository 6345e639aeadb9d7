package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DiagnosisTest {
    private static final Map<String, String> RECOMMENDED = Map.of(
            "OPENBLAS_CORETYPE", "SkylakeX",
            "OMP_NUM_THREADS", "2",
            "OMP_WAIT_POLICY", "PASSIVE",
            "GOMP_SPINCOUNT", "0");
    private static final Processor PROCESSOR = new Processor("test", 2, List.of("avx2", "avx512f"));

    @Test
    void theRecommendedSettingsHaveNoFinding() {
        assertThat(findings(RECOMMENDED, blas("SkylakeX", 2))).isEmpty();
    }

    @Test
    void aFallbackCoreIsNamedWithItsFix() {
        assertThat(findings(without("OPENBLAS_CORETYPE"), blas("Prescott", 2)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.problem()).contains("Prescott");
                    assertThat(finding.fix()).contains("./quietstar").contains("OPENBLAS_CORETYPE=SkylakeX");
                });
    }

    @Test
    void aCoreThatOpenBlasFoundItselfIsFine() {
        assertThat(findings(without("OPENBLAS_CORETYPE"), blas("Zen", 2))).isEmpty();
    }

    @Test
    void aCoreTypeThatOpenBlasDoesNotHaveIsNamed() {
        assertThat(findings(with("OPENBLAS_CORETYPE", "SkylakX"), blas("Haswell", 2)))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.problem()).contains("SkylakX").contains("Haswell"));
    }

    @Test
    void anEmptyCoreTypeIsNamed() {
        assertThat(findings(with("OPENBLAS_CORETYPE", ""), blas("Cooperlake", 2)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.problem()).contains("is empty"));
    }

    @Test
    void moreThreadsThanProcessorsAreNamed() {
        assertThat(findings(with("OMP_NUM_THREADS", "8"), blas("SkylakeX", 8)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.fix()).contains("OMP_NUM_THREADS=2"));
    }

    @Test
    void activeWaitingIsNamedWhenThereIsMoreThanOneThread() {
        Map<String, String> active = with("OMP_WAIT_POLICY", "ACTIVE");
        assertThat(findings(active, blas("SkylakeX", 2)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.fix()).contains("OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0"));
        assertThat(findings(active, blas("SkylakeX", 1))).isEmpty();
    }

    @Test
    void nothingIsWrongWhereNothingIsRecommended() {
        assertThat(Diagnosis.ofSettings(Map.of(), Map.of(), blas("Prescott", 64), PROCESSOR))
                .isEmpty();
    }

    @Test
    void limitsAboveTheMachineAndDebuggingAndBusyCoresAreNamed() {
        long gib = 1L << 30;
        assertThat(Diagnosis.of(report(new MemoryLimits(gib, 2 * gib, 4 * gib, 4 * gib), 180, List.of())))
                .isEmpty();
        assertThat(Diagnosis.of(report(new MemoryLimits(2 * gib, 3 * gib, 5 * gib, 4 * gib), 180, List.of())))
                .singleElement()
                .satisfies(finding -> assertThat(finding.problem()).contains("5.0 GiB, more than the 4.0 GiB"));
        assertThat(Diagnosis.of(report(new MemoryLimits(gib, gib, gib, 4 * gib), 12, List.of("debug", "verbose"))))
                .extracting(Diagnosis.Finding::problem)
                .satisfiesExactly(
                        problem -> assertThat(problem).contains("debug, verbose"),
                        problem -> assertThat(problem).contains("12 GFLOP/s on 2 threads"));
    }

    private static RuntimeReport report(MemoryLimits memory, double gflops, List<String> debugging) {
        return new RuntimeReport(
                new Versions("1", "2", "3", "4"),
                "CpuBackend",
                new Backend("cpu", List.of(), 0, "", "no device"),
                PROCESSOR,
                blas("SkylakeX", 2),
                2,
                memory,
                new Speed(List.of(new Speed.Product("[1,1]·[1,1]", gflops)), 10),
                RECOMMENDED,
                RECOMMENDED,
                debugging);
    }

    private static List<Diagnosis.Finding> findings(Map<String, String> environment, BlasInfo blas) {
        return Diagnosis.ofSettings(environment, RECOMMENDED, blas, PROCESSOR);
    }

    private static BlasInfo blas(String core, int threads) {
        return new BlasInfo("OPENBLAS", core, "OpenBLAS", threads);
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> environment = new HashMap<>(RECOMMENDED);
        environment.put(name, value);
        return environment;
    }

    private static Map<String, String> without(String name) {
        Map<String, String> environment = new HashMap<>(RECOMMENDED);
        environment.remove(name);
        return environment;
    }
}
