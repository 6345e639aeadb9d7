package org.quietstar.runtime;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.QuietStarException;

/**
 * What ND4J executes on, decided before it is loaded: a CUDA device where its CUDA backend finds one, else the CPU.
 *
 * @param kind {@code cpu} or {@code cuda}
 * @param devices the CUDA devices, of which the first is used; empty on the CPU
 * @param freeBytes free memory of the first device
 * @param driver the newest CUDA version that the driver knows; may be empty
 * @param whyCpu why it is not CUDA; empty where it is
 */
public record Backend(String kind, List<ComputeDevice> devices, long freeBytes, String driver, String whyCpu) {
    /** The first compute capability that nd4j-cuda-11.6 1.0.0-M2.1 has machine code for. */
    private static final double FIRST_CAPABILITY = 3.7;
    /** The first one that its code for 8.6, the newest that it has, does not run on; it has no PTX to make other code of. */
    private static final double END_OF_CAPABILITIES = 9.0;

    private static final String HOW = "QUIETSTAR_BACKEND=cuda ./quietstar … builds with it and starts from it"
            + " (Maven profile cuda; or cuda-system, where CUDA 11.6 and cuDNN 8.3 are installed)";

    public Backend {
        devices = List.copyOf(devices);
    }

    /**
     * The backend that a recipe asks for.
     *
     * @param wanted {@code backend} of the recipe: {@code auto}, {@code cpu} or {@code cuda}
     * @throws QuietStarException where this process has another one, or one that cannot run on the device
     */
    public static Backend require(String wanted) {
        return choose(wanted, Holder.DEVICES);
    }

    /** The CUDA runtime is asked once: its answers take a second and some memory of the device. */
    private static final class Holder {
        static final Devices DEVICES = CudaRuntime.current();
    }

    static Backend choose(String wanted, Devices found) {
        String whyCpu = whyCpu(found);
        if (wanted.equals("cuda") && !whyCpu.isEmpty()) {
            throw new QuietStarException("backend: cuda, but " + whyCpu
                    + (found.hasBackend() ? "; backend: auto or cpu takes the CPU" : "; " + HOW));
        }
        if (wanted.equals("cpu") && whyCpu.isEmpty()) {
            throw new QuietStarException("backend: cpu, but ND4J takes the CUDA device that it finds; start with"
                    + " QUIETSTAR_BACKEND=cpu ./quietstar …, or with BACKEND_PRIORITY_CPU=1000 in the environment");
        }
        if (!whyCpu.isEmpty()) {
            return new Backend("cpu", List.of(), 0, found.driver(), whyCpu);
        }
        requireCode(found.list());
        return new Backend("cuda", found.list(), found.freeBytes(), found.driver(), "");
    }

    private static String whyCpu(Devices found) {
        if (found.hasBackend() && found.prefersCpu()) {
            return "BACKEND_PRIORITY_CPU (QUIETSTAR_BACKEND=cpu sets it) prefers the CPU";
        }
        return found.list().isEmpty() ? found.problem() : "";
    }

    private static void requireCode(List<ComputeDevice> devices) {
        ComputeDevice used = devices.get(0);
        if (runs(used)) {
            return;
        }
        Optional<ComputeDevice> other = devices.stream().filter(Backend::runs).findFirst();
        String out = other.map(device -> "CUDA_VISIBLE_DEVICES=" + device.index() + " takes " + device + " instead")
                .orElse("QUIETSTAR_BACKEND=cpu ./quietstar … takes the CPU");
        throw new QuietStarException(used + " cannot run the Maven profiles cuda and cuda-system: nd4j-cuda-11.6"
                + " has machine code for compute capabilities " + FIRST_CAPABILITY
                + " to 8.9 and none to be compiled for"
                + " another; " + out);
    }

    private static boolean runs(ComputeDevice device) {
        return device.isWithin(FIRST_CAPABILITY, END_OF_CAPABILITIES);
    }

    /** Whether it is a CUDA device. */
    public boolean isCuda() {
        return kind.equals("cuda");
    }

    /** Free bytes of the device where arrays lie in its memory, not in the machine's; else 0. */
    public long deviceBytes() {
        return isCuda() ? freeBytes : 0;
    }

    /** What is taken of the device's memory at this moment, by whatever program; 0 on the CPU. */
    public long usedBytesNow() {
        return isCuda() ? devices.get(0).totalBytes() - CudaRuntime.current().freeBytes() : 0;
    }

    /** For people: {@code the CPU}, or the device with its facts. */
    public String label() {
        return isCuda()
                ? String.format(
                        Locale.ROOT,
                        "%s, %.1f GiB free, driver for CUDA %s",
                        devices.get(0),
                        MemoryLimits.gib(freeBytes),
                        driver)
                : "the CPU";
    }
}
