package org.quietstar.report;

import java.util.Map;
import org.quietstar.train.Metrics;

/** What the axis of a metric is called. */
final class MetricUnits {
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry(Metrics.LOSS, "loss (nats)"),
            Map.entry(Metrics.NLL_BASE, "NLL without thoughts (nats per token)"),
            Map.entry(Metrics.GAIN, "gain (nats per token)"),
            Map.entry(Metrics.POLICY_SHARE, "policy's share of the gradient"),
            Map.entry(Metrics.NLL_THOUGHT, "NLL with thoughts (nats per token)"),
            Map.entry(Metrics.POLICY_LOSS, "REINFORCE term (nats)"),
            Map.entry(Metrics.REWARD_MEAN, "mean reward (nats)"),
            Map.entry(Metrics.REWARD_STD, "deviation of the reward (nats)"),
            Map.entry(Metrics.MIX_WEIGHT_MEAN, "mean mixing weight w"),
            Map.entry(Metrics.THOUGHT_ENTROPY, "entropy of the thoughts' tokens (nats)"),
            Map.entry(Metrics.STEP_S, "time of a step (s)"),
            Map.entry(Metrics.TOKENS_PER_S, "text tokens per second"),
            Map.entry(Metrics.PEAK_MEMORY_MIB, "peak memory (MiB)"),
            Map.entry(Metrics.LEARNING_RATE, "learning rate"),
            Map.entry(Metrics.GRAD_NORM, "norm of the gradient"));

    private MetricUnits() {}

    /** With the unit, where the metric is known; else its key. */
    static String axis(String metric) {
        return TITLES.getOrDefault(metric, metric);
    }
}
