package org.quietstar.config;

/** Section {@code evaluation}: perplexity on held-out text, and its gain by token difficulty. */
public record EvaluationConfig(
        @Key(value = "Held-out tokens to score at most.", unit = "tokens", min = 1)
        int maxTokens,

        @Key(value = "Sampling temperature of the thoughts; 0 is greedy.", min = 0)
        double thoughtTemperature,

        @Key(value = "Bins of equal size that the tokens are sorted into by base loss.", min = 1, max = 100)
        int bins,

        @Key(value = "Resamples of the bootstrap.", min = 100, max = 100000)
        int bootstrapSamples) {

    public static EvaluationConfig defaults() {
        return new EvaluationConfig(20000, 0.0, 10, 1000);
    }
}
