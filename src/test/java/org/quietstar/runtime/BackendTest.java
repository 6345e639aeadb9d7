package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;

/** Made-up machines. */
final class BackendTest {
    private static final ComputeDevice GTX_580 = new ComputeDevice(0, "GTX 580", 2, 0, 3L << 29);
    private static final ComputeDevice A100 = new ComputeDevice(0, "A100", 8, 0, 40L << 30);
    private static final ComputeDevice H100 = new ComputeDevice(0, "H100", 9, 0, 80L << 30);

    private record Machine(
            boolean hasBackend, CudaKernels kernels, boolean prefersCpu, List<ComputeDevice> list, String problem)
            implements DeviceProbe {
        static Machine cpuBuild() {
            return new Machine(false, CudaKernels.M2_1, false, List.of(), "ND4J's CUDA backend is not in this build");
        }

        static Machine with(ComputeDevice... devices) {
            return new Machine(true, CudaKernels.M2_1, false, List.of(devices), "");
        }

        static Machine jit(ComputeDevice... devices) {
            return new Machine(true, CudaKernels.M1_1, false, List.of(devices), "");
        }

        static Machine withoutDevice() {
            return new Machine(true, CudaKernels.M2_1, false, List.of(), "no CUDA-capable device is detected");
        }

        @Override
        public String driver() {
            return "12.2";
        }

        @Override
        public long freeBytes() {
            return list.isEmpty() ? 0 : list.get(0).totalBytes() - (1L << 30);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cuda"})
    void aDeviceIsTaken(String wanted) {
        Backend backend = Backend.choose(wanted, Machine.with(A100));
        assertThat(backend.isCuda()).isTrue();
        assertThat(backend.deviceBytes()).isEqualTo(39L << 30);
        assertThat(backend.label())
                .isEqualTo("A100 (device 0, compute capability 8.0, 40.0 GiB), 39.0 GiB free, driver for CUDA 12.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu"})
    void withoutCudaItIsTheCpu(String wanted) {
        Backend built = Backend.choose(wanted, Machine.cpuBuild());
        assertThat(built.isCuda()).isFalse();
        assertThat(built.deviceBytes()).isZero();
        assertThat(built.label()).isEqualTo("the CPU");
        assertThat(Backend.choose(wanted, Machine.withoutDevice()).whyCpu())
                .isEqualTo("no CUDA-capable device is detected");
        var preferred = new Machine(true, CudaKernels.M2_1, true, List.of(A100), "");
        assertThat(Backend.choose(wanted, preferred).whyCpu()).contains("QUIETSTAR_BACKEND=cpu");
    }

    @Test
    void cudaOnABuildForTheCpuSaysHowToGetIt() {
        assertRefused("cuda", Machine.cpuBuild())
                .hasMessageStartingWith("backend: cuda, but ND4J's CUDA backend is not in this build")
                .hasMessageContaining("QUIETSTAR_BACKEND=cuda ./quietstar")
                .hasMessageContaining("Maven profile cuda; or cuda-system")
                .hasMessageContaining("cuda-jit for compute capability 9.0");
    }

    @Test
    void cudaWithoutADeviceSaysWhy() {
        assertRefused("cuda", Machine.withoutDevice())
                .hasMessage(
                        "backend: cuda, but no CUDA-capable device is detected; backend: auto or cpu takes the CPU");
    }

    @Test
    void cpuWhereNd4jTakesTheDeviceIsRefused() {
        assertRefused("cpu", Machine.with(A100)).hasMessageContaining("QUIETSTAR_BACKEND=cpu");
    }

    @ParameterizedTest
    @CsvSource({"3,7", "5,2", "7,5", "8,0", "8,6", "8,9"})
    void capabilitiesWithMachineCodeRun(int major, int minor) {
        var device = new ComputeDevice(0, "x", major, minor, 8L << 30);
        assertThat(Backend.choose("auto", Machine.with(device)).isCuda()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"3,5", "9,0", "10,0", "12,0"})
    void othersAreRefusedWithTheProfileThatCanRunThem(int major, int minor) {
        var device = new ComputeDevice(0, "x", major, minor, 8L << 30);
        for (String wanted : List.of("auto", "cuda")) {
            assertRefused(wanted, Machine.with(device))
                    .hasMessage("x (device 0, compute capability " + major + "." + minor
                            + ", 8.0 GiB) cannot run the Maven profiles cuda and cuda-system: nd4j-cuda-11.6 1.0.0-M2.1"
                            + " runs on compute capabilities 3.7 to 8.9; QUIETSTAR_BACKEND=cuda-jit ./quietstar … can"
                            + " (the Maven profile cuda-jit); QUIETSTAR_BACKEND=cpu ./quietstar … takes the CPU");
        }
    }

    @ParameterizedTest
    @CsvSource({"3,5, false", "8,9, false", "9,0, true", "12,0, true"})
    void whatTheDriverCompiles(int major, int minor, boolean compiled) {
        var device = new ComputeDevice(0, "x", major, minor, 8L << 30);
        assertThat(Backend.choose("cuda", Machine.jit(device)).isCuda()).isTrue();
        assertThat(CudaKernels.M1_1.compiledFor(device)).isEqualTo(compiled);
        assertThat(CudaKernels.M2_1.compiledFor(device)).isFalse();
    }

    @Test
    void aDeviceForWhichThereIsNothing() {
        assertRefused("auto", Machine.jit(GTX_580))
                .hasMessageContaining("GTX 580 (device 0, compute capability 2.0")
                .hasMessageContaining("cannot run the Maven profile cuda-jit: nd4j-cuda-11.2 1.0.0-M1.1 runs on")
                .hasMessageEndingWith("3.5 and above; QUIETSTAR_BACKEND=cpu ./quietstar … takes the CPU");
    }

    @Test
    void anotherDeviceThatRunsIsNamed() {
        var second = new ComputeDevice(1, "A100", 8, 0, 40L << 30);
        assertRefused("auto", Machine.with(H100, second)).hasMessageContaining("CUDA_VISIBLE_DEVICES=1 takes A100");
    }

    @Test
    void theKernelsAreThoseOfTheBuild() {
        assertThat(CudaKernels.current().toString())
                .contains(" " + Versions.current().nd4j() + " ");
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(String wanted, DeviceProbe machine) {
        return assertThatThrownBy(() -> Backend.choose(wanted, machine)).isInstanceOf(QuietStarException.class);
    }
}
