package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code native-env.sh} on machines that are described by files in a folder. */
final class NativeSettingsTest {
    private static final String AVX512 = "sse2 sse4_2 avx avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl";

    @TempDir
    private Path root;

    @BeforeEach
    void needsAPosixShell() {
        assumeTrue(!NativeSettings.recommended().isEmpty(), "no POSIX shell on this system");
    }

    @ParameterizedTest
    @CsvSource({
        "GenuineIntel, " + AVX512 + ", SkylakeX",
        "AuthenticAMD, " + AVX512 + ", SkylakeX",
        "GenuineIntel, sse2 sse4_2 avx avx2 fma avx512f, Haswell",
        "GenuineIntel, sse2 sse4_2 avx avx2 fma, Haswell",
        "AuthenticAMD, sse2 sse4_2 avx avx2 fma, Zen",
        "GenuineIntel, sse2 sse4_2 avx, Sandybridge",
        "GenuineIntel, sse2 sse4_2, Nehalem",
        "GenuineIntel, sse2, Prescott"
    })
    void theFlagsDecideTheCoreType(String vendor, String flags, String core) throws IOException {
        machine(vendor, flags, 1, 1, 8_000);
        assertThat(settings()).containsEntry("OPENBLAS_CORETYPE", core);
    }

    @Test
    void otherProcessorsKeepTheirCoreType() throws IOException {
        write("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\n");
        write("proc/meminfo", "MemAvailable: 8000000 kB\n");
        assertThat(settings()).doesNotContainKey("OPENBLAS_CORETYPE").containsEntry("OMP_NUM_THREADS", "1");
    }

    @Test
    void aCoreCountsOnceHoweverManyThreadsItHas() throws IOException {
        machine("GenuineIntel", AVX512, 4, 2, 8_000);
        assertThat(settings()).containsEntry("OMP_NUM_THREADS", "4");
    }

    @Test
    void onlyTheCoresOfThisProcessCount() throws IOException {
        machine("GenuineIntel", AVX512, 4, 2, 8_000);
        write("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t0,2-3\n");
        assertThat(settings()).containsEntry("OMP_NUM_THREADS", "3");
    }

    @Test
    void theControlGroupAndItsAncestorsLimitThreadsAndMemory() throws IOException {
        machine("GenuineIntel", AVX512, 8, 1, 64_000);
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n");
        write("sys/fs/cgroup/outer/cpu.max", "250000 100000\n");
        write("sys/fs/cgroup/outer/memory.max", (3L << 30) + "\n");
        assertThat(settings())
                .containsEntry("OMP_NUM_THREADS", "2")
                .containsEntry("QUIETSTAR_HEAP", "768m")
                .containsEntry("QUIETSTAR_OFFHEAP", "1792m")
                .containsEntry("QUIETSTAR_PHYSICAL", "3072m");
    }

    @Test
    void theOldControlGroupsLimitThreadsAndMemory() throws IOException {
        machine("GenuineIntel", AVX512, 8, 1, 64_000);
        write("proc/self/cgroup", "3:cpu,cpuacct:/box\n2:memory:/box\n");
        write("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "50000\n");
        write("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", (4L << 30) + "\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(settings()).containsEntry("OMP_NUM_THREADS", "1").containsEntry("QUIETSTAR_PHYSICAL", "4096m");
    }

    @Test
    void theEnvironmentOverridesEachValue() throws IOException {
        machine("GenuineIntel", AVX512, 8, 1, 64_000);
        Map<String, String> overridden = new TreeMap<>(settings());
        overridden.replaceAll((name, value) -> name.startsWith("QUIETSTAR_") ? "3g" : "7");
        overridden.put("QUIETSTAR_SYSTEM_ROOT", root.toString());
        Map<String, String> printed = new TreeMap<>(NativeSettings.recommended(overridden));
        overridden.remove("QUIETSTAR_SYSTEM_ROOT");
        assertThat(printed).isEqualTo(overridden);
    }

    @Test
    void anEmptyCoreTypeCountsAsUnset() throws IOException {
        machine("GenuineIntel", AVX512, 1, 1, 8_000);
        Map<String, String> environment = Map.of("QUIETSTAR_SYSTEM_ROOT", root.toString(), "OPENBLAS_CORETYPE", "");
        assertThat(NativeSettings.recommended(environment)).containsEntry("OPENBLAS_CORETYPE", "SkylakeX");
    }

    @Test
    void aSizeThatIsNoneEndsTheScript() {
        assertThat(NativeSettings.recommended(Map.of("QUIETSTAR_HEAP", "plenty")))
                .isEmpty();
    }

    /** The tests' own JVM: the build must have handed the settings on. */
    @Test
    void theBuildHandsTheSettingsToTheTests() {
        assumeTrue(System.getProperty("surefire.test.class.path") != null, "not started by the build");
        assertThat(System.getenv()).containsKeys("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MALLOC_MMAP_MAX_");
        assertThat(Diagnosis.ofSettings(
                        System.getenv(), NativeSettings.recommended(), BlasInfo.inForce(), Processor.current()))
                .isEmpty();
    }

    private Map<String, String> settings() {
        return NativeSettings.recommended(Map.of("QUIETSTAR_SYSTEM_ROOT", root.toString()));
    }

    private void machine(String vendor, String flags, int cores, int threadsPerCore, int availableMegabytes)
            throws IOException {
        StringBuilder cpuInfo = new StringBuilder();
        for (int i = 0; i < cores * threadsPerCore; i++) {
            cpuInfo.append("processor\t: ").append(i).append('\n');
            cpuInfo.append("vendor_id\t: ").append(vendor).append('\n');
            cpuInfo.append("physical id\t: 0\n");
            cpuInfo.append("core id\t\t: ").append(i % cores).append('\n');
            cpuInfo.append("flags\t\t: fpu ").append(flags).append("\n\n");
        }
        write("proc/cpuinfo", cpuInfo.toString());
        write("proc/meminfo", "MemTotal: 99000000 kB\nMemAvailable: " + availableMegabytes * 1000L + " kB\n");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
