package org.quietstar.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.Versions;

/**
 * What was measured of a training step.
 *
 * @param seconds of each timed step, at least one
 * @param loss of the last one
 * @param compileSeconds to draw the weights and make graphs and plans
 * @param peakMiB most that was resident in this process up to the last timed step
 * @param sgemmPeakGflops this machine's speed of single-precision matrix products, 10⁹ operations a second
 * @param threads of one matrix product
 */
public record BenchResult(
        Executor executor,
        BenchSize size,
        List<Double> seconds,
        double loss,
        double compileSeconds,
        double peakMiB,
        double sgemmPeakGflops,
        int threads,
        Plan plan) {
    public BenchResult {
        seconds = seconds.stream().sorted().toList();
    }

    /**
     * What the step was made into, as {@link TrainingStep} says.
     *
     * @param kernels in a step
     */
    public record Plan(int kernels, long plannedBytes, long requestedBytes) {
        static Plan of(TrainingStep step) {
            return new Plan(step.kernels(), step.plannedBytes(), step.requestedBytes());
        }

        /** Planned memory in MiB. */
        public double plannedMiB() {
            return mib(plannedBytes);
        }

        /** Memory of all values in MiB. */
        public double requestedMiB() {
            return mib(requestedBytes);
        }
    }

    /** Seconds of a step. */
    public double medianSeconds() {
        return median(seconds);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Necessary matrix operations, as {@link StepFlops} counts them, in 10⁹ a second. */
    public double gflops() {
        return StepFlops.of(size).giga() / medianSeconds();
    }

    /** Part of the machine's speed that goes into necessary matrix operations. */
    public double shareOfSgemmPeak() {
        return gflops() / sgemmPeakGflops;
    }

    /** Text tokens a second. */
    public double tokensPerSecond() {
        return size.textTokens() / medianSeconds();
    }

    /** By the names of the JSON line: {@code _s} seconds, {@code _mb} MiB, {@code gflop} 10⁹ operations. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("program", program());
        map.put("device", Backend.require("auto").label());
        map.put("executor", executor.label());
        map.put("size", size.name());
        map.put("median_s", medianSeconds());
        map.put("min_s", seconds.get(0));
        map.put("max_s", seconds.get(seconds.size() - 1));
        map.put("tokens_per_s", tokensPerSecond());
        map.put("model_gflop", StepFlops.of(size).giga());
        map.put("gflops", gflops());
        map.put("peak_rss_mb", peakMiB);
        map.put("sgemm_peak_gflops", sgemmPeakGflops);
        map.put("share_of_sgemm_peak", shareOfSgemmPeak());
        map.put("loss", loss);
        map.put("steps", seconds.size());
        map.put("threads", threads);
        map.put("kernels", plan.kernels());
        map.put("planned_mb", plan.plannedMiB());
        map.put("requested_mb", plan.requestedMiB());
        map.put("compile_s", compileSeconds);
        return Collections.unmodifiableMap(map);
    }

    /** This program and its ND4J. */
    static String program() {
        Versions versions = Versions.current();
        return "quietstar " + versions.quietstar() + ", ND4J " + versions.nd4j();
    }

    static double mib(long bytes) {
        return bytes / (1024.0 * 1024.0);
    }
}
