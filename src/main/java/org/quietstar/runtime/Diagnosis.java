package org.quietstar.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is slow or unsafe in the way this process was started, and what fixes it. */
public final class Diagnosis {
    /** Below this many GFLOP/s for each thread, a core with AVX2 is doing something else. */
    private static final double LEAST_GFLOPS_PER_THREAD = 15;

    private Diagnosis() {}

    /**
     * One thing that is wrong.
     *
     * @param problem what is found, and what it costs
     * @param fix what to do about it
     */
    public record Finding(String problem, String fix) {
        @Override
        public String toString() {
            return problem + " Fix: " + fix;
        }
    }

    /** Everything that {@code report} shows to be wrong. */
    public static List<Finding> of(RuntimeReport report) {
        List<Finding> findings = new ArrayList<>(
                ofSettings(report.environment(), report.recommended(), report.blas(), report.processor()));
        if (!report.debugging().isEmpty()) {
            findings.add(new Finding(
                    "ND4J is set to " + String.join(", ", report.debugging()) + ", which slows every operation.",
                    "unset the environment variables and system properties that switch it on."));
        }
        MemoryLimits memory = report.memory();
        if (memory.heapBytes() + memory.offHeapBytes() > memory.machineBytes()) {
            findings.add(new Finding(
                    String.format(
                            Locale.ROOT,
                            "Heap and off-heap limits add up to %.1f GiB, more than the %.1f GiB there are: the process may"
                                    + " be killed.",
                            MemoryLimits.gib(memory.heapBytes() + memory.offHeapBytes()),
                            MemoryLimits.gib(memory.machineBytes())),
                    "start through ./quietstar, or lower QUIETSTAR_HEAP and QUIETSTAR_OFFHEAP."));
        }
        double gflops = report.speed().medianGflops();
        if (vectorRank(report.blas().core()) >= 2
                && gflops < LEAST_GFLOPS_PER_THREAD * report.blas().threads()) {
            findings.add(new Finding(
                    String.format(
                            Locale.ROOT,
                            "sgemm ran at %.0f GFLOP/s on %d threads, though the core type is right: something else uses"
                                    + " the processor.",
                            gflops,
                            report.blas().threads()),
                    "stop the other work, or lower OMP_NUM_THREADS to the cores that are free."));
        }
        return List.copyOf(findings);
    }

    /**
     * What is wrong with the native settings.
     *
     * @param environment this process's environment variables
     * @param recommended what they should be, as {@link NativeSettings#recommended()} says; nothing is wrong where it is
     *     empty
     */
    static List<Finding> ofSettings(
            Map<String, String> environment, Map<String, String> recommended, BlasInfo blas, Processor processor) {
        List<Finding> findings = new ArrayList<>();
        coreType(findings, environment, recommended, blas);
        threads(findings, recommended, blas, processor);
        if (blas.threads() > 1) {
            waiting(findings, environment, recommended);
        }
        String mmap = "MALLOC_MMAP_MAX_";
        if (recommended.containsKey(mmap)
                && System.getProperty("os.name").equals("Linux")
                && !recommended.get(mmap).equals(environment.get(mmap))) {
            findings.add(new Finding(
                    "malloc returns every large array to the kernel, and the next one faults its pages in again: up to ten"
                            + " times slower for arrays above 32 MiB.",
                    set(recommended, mmap, "MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_")));
        }
        return List.copyOf(findings);
    }

    private static void coreType(
            List<Finding> findings, Map<String, String> environment, Map<String, String> recommended, BlasInfo blas) {
        String name = "OPENBLAS_CORETYPE";
        String wanted = recommended.get(name);
        String chosen = environment.get(name);
        if (wanted == null || blas.core().isEmpty()) {
            return;
        }
        if (chosen != null && chosen.isEmpty()) {
            findings.add(new Finding(
                    name + " is empty, for which OpenBLAS takes the first core it knows, " + blas.core()
                            + ", whatever this processor can do.",
                    set(recommended, name)));
        } else if (vectorRank(blas.core()) < 2 && vectorRank(wanted) >= 2) {
            findings.add(new Finding(
                    "OpenBLAS takes this processor for a " + blas.core()
                            + ": matrix products run three to four times slower than it can.",
                    set(recommended, name)));
        } else if (chosen != null && !chosen.equalsIgnoreCase(blas.core())) {
            findings.add(new Finding(
                    name + "=" + chosen + " is no core type that OpenBLAS has here; it uses " + blas.core() + ".",
                    set(recommended, name)));
        }
    }

    private static void threads(
            List<Finding> findings, Map<String, String> recommended, BlasInfo blas, Processor processor) {
        if (recommended.containsKey("OMP_NUM_THREADS") && blas.threads() > processor.threads()) {
            findings.add(new Finding(
                    blas.threads() + " threads for a matrix product, but only " + processor.threads()
                            + " processors for this process: they wait for each other.",
                    set(recommended, "OMP_NUM_THREADS")));
        }
    }

    private static void waiting(
            List<Finding> findings, Map<String, String> environment, Map<String, String> recommended) {
        boolean passive = "PASSIVE".equalsIgnoreCase(environment.get("OMP_WAIT_POLICY"));
        if (recommended.containsKey("OMP_WAIT_POLICY") && !(passive && "0".equals(environment.get("GOMP_SPINCOUNT")))) {
            findings.add(new Finding(
                    "OpenMP's idle threads spin and take the processor from OpenBLAS's: training steps take up to twice as"
                            + " long.",
                    set(recommended, "OMP_WAIT_POLICY", "GOMP_SPINCOUNT")));
        }
    }

    /** How to get those settings. */
    private static String set(Map<String, String> recommended, String... names) {
        StringBuilder fix = new StringBuilder("start through ./quietstar, or set before the JVM starts:");
        for (String name : names) {
            fix.append(' ').append(name).append('=').append(recommended.get(name));
        }
        return fix.append('.').toString();
    }

    /** The vector registers that an OpenBLAS core type uses: 0 SSE, 1 AVX, 2 AVX2, 3 AVX-512. */
    static int vectorRank(String core) {
        return switch (core.toLowerCase(Locale.ROOT)) {
            case "skylakex", "cooperlake", "sapphirerapids" -> 3;
            case "haswell", "zen", "excavator" -> 2;
            case "sandybridge", "bulldozer", "piledriver", "steamroller" -> 1;
            default -> 0;
        };
    }
}
