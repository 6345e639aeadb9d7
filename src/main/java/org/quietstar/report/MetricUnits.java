package org.quietstar.report;

import java.util.Map;

/** What the axis of a metric is called. */
final class MetricUnits {
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("loss", "loss (nats)"),
            Map.entry("nll_base", "NLL without thoughts (nats per token)"),
            Map.entry("nll_thought", "NLL with thoughts (nats per token)"),
            Map.entry("policy_loss", "REINFORCE term (nats)"),
            Map.entry("reward_mean", "mean reward (nats)"),
            Map.entry("reward_std", "deviation of the reward (nats)"),
            Map.entry("mix_weight_mean", "mean mixing weight w"),
            Map.entry("thought_entropy", "entropy of the thoughts' tokens (nats)"),
            Map.entry("step_s", "time of a step (s)"),
            Map.entry("tokens_per_s", "text tokens per second"),
            Map.entry("peak_memory_mib", "peak memory (MiB)"),
            Map.entry("learning_rate", "learning rate"),
            Map.entry("grad_norm", "norm of the gradient"));

    private MetricUnits() {}

    /** With the unit, where the metric is known; else its key. */
    static String axis(String metric) {
        return TITLES.getOrDefault(metric, metric);
    }
}
