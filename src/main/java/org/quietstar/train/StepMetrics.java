package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.config.StageConfig;
import org.quietstar.data.MicroBatch;
import org.quietstar.runtime.ProcessMemory;

/** A line of the metrics file. */
final class StepMetrics {
    private StepMetrics() {}

    /**
     * What is told of a step.
     *
     * @param measured by the objective
     * @param norm of the whole gradient
     * @param started when the step began, as {@link System#nanoTime} gives it
     */
    static Map<String, Object> of(
            long step,
            StageConfig stage,
            Map<String, Object> measured,
            double norm,
            double learningRate,
            SkippedSteps skipped,
            List<MicroBatch> batches,
            long started) {
        double seconds = (System.nanoTime() - started) * 1e-9;
        long tokens = batches.stream().mapToLong(MicroBatch::tokens).sum();
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("step", step);
        metrics.put("stage", stage.name());
        metrics.put("mode", stage.train().mode());
        metrics.putAll(measured);
        metrics.put("grad_norm", norm);
        metrics.put("learning_rate", learningRate);
        metrics.put("skipped_steps", skipped.total());
        metrics.put("tokens", tokens);
        metrics.put("step_s", seconds);
        metrics.put("tokens_per_s", tokens / seconds);
        metrics.put("heap_mib", ProcessMemory.heapMiB());
        metrics.put("memory_mib", ProcessMemory.residentMiB());
        metrics.put("peak_memory_mib", ProcessMemory.peakMiB());
        return metrics;
    }
}
