package org.quietstar.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.factory.Nd4j;
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
    private static final String HOW = "QUIETSTAR_BACKEND=cuda ./quietstar … builds with it and starts from it"
            + " (Maven profile cuda; or cuda-system, where CUDA 11.6 and cuDNN 8.3 are installed; or cuda-jit for compute"
            + " capability 9.0 and above)";

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
        Surroundings.require();
        Backend backend = choose(wanted, Holder.DEVICES);
        Holder.loadNd4j(backend);
        return backend;
    }

    /** The CUDA runtime is asked once: its answers take a second and some memory of the device. */
    private static final class Holder {
        static final DeviceProbe DEVICES = CudaRuntime.current();
        private static boolean loaded;

        /** ND4J's first contact with what it executes on, once, where that takes long or ND4J prints what is no error. */
        static synchronized void loadNd4j(Backend backend) {
            if (loaded) {
                return;
            }
            if (backend.isCuda()) {
                ComputeDevice used = backend.devices.get(0);
                if (DEVICES.kernels().compiledFor(used)) {
                    KernelCompilation.load(used);
                }
            } else if (DEVICES.hasBackend()) {
                MutedLoad.quietly(Nd4j::getBackend);
            }
            loaded = true;
        }
    }

    static Backend choose(String wanted, DeviceProbe found) {
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
        requireKernels(found);
        return new Backend("cuda", found.list(), found.freeBytes(), found.driver(), "");
    }

    private static String whyCpu(DeviceProbe found) {
        if (found.hasBackend() && found.prefersCpu()) {
            return "BACKEND_PRIORITY_CPU (QUIETSTAR_BACKEND=cpu sets it) prefers the CPU";
        }
        return found.list().isEmpty() ? found.problem() : "";
    }

    private static void requireKernels(DeviceProbe found) {
        CudaKernels kernels = found.kernels();
        ComputeDevice used = found.list().get(0);
        if (kernels.run(used)) {
            return;
        }
        List<String> ways = new ArrayList<>();
        CudaKernels.of(used)
                .ifPresent(others -> ways.add(
                        "QUIETSTAR_BACKEND=" + others.backend() + " ./quietstar … can (" + others.profiles() + ")"));
        found.list().stream()
                .filter(kernels::run)
                .findFirst()
                .ifPresent(other -> ways.add("CUDA_VISIBLE_DEVICES=" + other.index() + " takes " + other + " instead"));
        ways.add("QUIETSTAR_BACKEND=cpu ./quietstar … takes the CPU");
        throw new QuietStarException(
                used + " cannot run " + kernels.profiles() + ": " + kernels + "; " + String.join("; ", ways));
    }

    /** Whether it is a CUDA device. */
    public boolean isCuda() {
        return kind.equals("cuda");
    }

    /** Free bytes of the device where arrays lie in its memory, not in the machine's; else 0. */
    public long deviceBytes() {
        return isCuda() ? freeBytes : 0;
    }

    /** What is taken of the device's memory at this moment, by any program; 0 on the CPU. */
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
