package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;

/** The calls by name, of stand-ins that have the signatures of org.bytedeco:cuda 11.6-8.3-1.5.7. */
final class CudaRuntimeTest {
    @Test
    void aBuildForTheCpuHasNoDevices() {
        CudaRuntime found = CudaRuntime.of("no.such.Backend", "no.such.Runtime", "no.such.Properties");
        assertThat(found.hasBackend()).isFalse();
        assertThat(found.list()).isEmpty();
        assertThat(found.problem()).isEqualTo("ND4J's CUDA backend is not in this build");
    }

    @Test
    void devicesAreRead() {
        CudaRuntime found = of(TwoDevices.class);
        assertThat(found.problem()).isEmpty();
        assertThat(found.list())
                .containsExactly(
                        new ComputeDevice(0, "Made-up 0", 8, 6, 24L << 30),
                        new ComputeDevice(1, "Made-up 1", 8, 6, 24L << 30));
        assertThat(found.driver()).isEqualTo("12.2");
        assertThat(found.freeBytes()).isEqualTo(23L << 30);
    }

    @Test
    void theRuntimesErrorIsTold() {
        CudaRuntime found = of(NoDriver.class);
        assertThat(found.hasBackend()).isTrue();
        assertThat(found.list()).isEmpty();
        assertThat(found.driver()).isEmpty();
        assertThat(found.problem()).isEqualTo("error 35");
    }

    @Test
    void aLibraryThatCannotBeLoadedIsTold() {
        assertThat(of(NoLibrary.class).problem())
                .startsWith("the CUDA runtime cannot be used: ")
                .contains("no jnicudart in java.library.path");
        assertThat(CudaRuntime.of(Object.class.getName(), "no.such.Runtime", "no.such.Properties")
                        .problem())
                .contains("no.such.Runtime");
    }

    @Test
    void aMissingDriverIsTold() {
        assertThat(of(NoDriverLibrary.class).problem())
                .isEqualTo("no NVIDIA driver is there: libcuda.so.1 cannot be loaded");
    }

    private static CudaRuntime of(Class<?> runtime) {
        return CudaRuntime.of(Object.class.getName(), runtime.getName(), Properties.class.getName());
    }

    /** In the place of cudaDeviceProp. */
    public static final class Properties extends Pointer {
        private int device;

        public BytePointer name() {
            return new BytePointer("Made-up " + device);
        }

        public int major() {
            return 8;
        }

        public int minor() {
            return 6;
        }

        public long totalGlobalMem() {
            return 24L << 30;
        }
    }

    /** In the place of cudart. */
    public static final class TwoDevices {
        private TwoDevices() {}

        public static int cudaDriverGetVersion(int[] version) {
            version[0] = 12020;
            return 0;
        }

        public static int cudaGetDeviceCount(int[] count) {
            count[0] = 2;
            return 0;
        }

        public static int cudaGetDeviceProperties(Properties properties, int device) {
            properties.device = device;
            return 0;
        }

        public static int cudaMemGetInfo(SizeTPointer free, SizeTPointer total) {
            free.put(23L << 30);
            total.put(24L << 30);
            return 0;
        }
    }

    /** In the place of cudart on a machine without driver. */
    public static final class NoDriver {
        private NoDriver() {}

        public static int cudaDriverGetVersion(int[] version) {
            version[0] = 0;
            return 0;
        }

        public static int cudaGetDeviceCount(int[] count) {
            count[0] = 0;
            return 35;
        }

        public static BytePointer cudaGetErrorString(int error) {
            return new BytePointer("error " + error);
        }
    }

    /** In the place of cudart where its native half is missing. */
    public static final class NoLibrary {
        static {
            load();
        }

        private NoLibrary() {}

        private static void load() {
            throw new UnsatisfiedLinkError("no jnicudart in java.library.path");
        }
    }

    /** In the place of cudart where no driver is installed, as the dynamic linker says it. */
    public static final class NoDriverLibrary {
        static {
            load();
        }

        private NoDriverLibrary() {}

        private static void load() {
            throw new UnsatisfiedLinkError("/x/libjnicudart.so: libcuda.so.1: cannot open shared object file");
        }
    }
}
