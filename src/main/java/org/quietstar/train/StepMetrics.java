package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.runtime.ProcessMemory;

/** A line of the metrics file. */
final class StepMetrics {
    private StepMetrics() {}

    /**
     * What is told of a step.
     *
     * @param measured by the objective
     * @param norm of the whole gradient
     * @param flops of all steps so far
     * @param seconds that the step took
     */
    static Map<String, Object> of(
            long step,
            StageConfig stage,
            Map<String, Object> measured,
            double norm,
            double learningRate,
            SkippedSteps skipped,
            double flops,
            List<TokenBatch> batches,
            double seconds) {
        long tokens = batches.stream().mapToLong(TokenBatch::tokens).sum();
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put(Metrics.STEP, step);
        metrics.put(Metrics.STAGE, stage.name());
        metrics.put(Metrics.MODE, stage.train().mode().word());
        metrics.putAll(measured);
        metrics.put(Metrics.GRAD_NORM, norm);
        metrics.put(Metrics.LEARNING_RATE, learningRate);
        metrics.put(Metrics.SKIPPED_STEPS, skipped.total());
        metrics.put(Metrics.FLOPS, flops);
        metrics.put(Metrics.TOKENS, tokens);
        metrics.put(Metrics.STEP_S, seconds);
        metrics.put(Metrics.TOKENS_PER_S, tokens / seconds);
        metrics.put(Metrics.HEAP_MIB, ProcessMemory.heapMiB());
        metrics.put(Metrics.MEMORY_MIB, ProcessMemory.residentMiB());
        metrics.put(Metrics.PEAK_MEMORY_MIB, ProcessMemory.peakMiB());
        return metrics;
    }
}
