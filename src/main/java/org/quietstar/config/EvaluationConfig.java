package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code evaluation}: perplexity on held-out text, its gain by token difficulty, and tasks with right answers. */
public record EvaluationConfig(
        @Key(value = "Held-out tokens to score at most.", unit = "tokens", min = 1, def = "20000")
        int maxTokens,

        @Key(value = "Sampling temperature of the thoughts; 0 is greedy.", min = 0, def = "0.0")
        double thoughtTemperature,

        @Key(value = "Bins of equal size that the tokens are sorted into by base loss.", min = 1, max = 100, def = "10")
        int bins,

        @Key(value = "Resamples of the bootstrap.", min = 100, max = 100000, def = "1000")
        int bootstrapSamples,

        @Key(value = "Task files whose questions are answered, such as datasets/tiny/answers.yaml.", def = "[]")
        List<String> tasks,

        @Key(
                value = "Sampling temperature of the thoughts before an answer of a task; 0 is greedy.",
                min = 0,
                def = "1.0")
        double taskThoughtTemperature,

        @Key(value = "Prompts of a task that go through the model together.", min = 1, def = "32")
        int taskBatchSize) {

    public EvaluationConfig {
        tasks = List.copyOf(tasks);
    }

    public static EvaluationConfig defaults() {
        return Records.defaults(EvaluationConfig.class);
    }

    // The same settings with one of them changed.

    public EvaluationConfig withMaxTokens(int value) {
        return Records.with(this, "maxTokens", value);
    }

    public EvaluationConfig withThoughtTemperature(double value) {
        return Records.with(this, "thoughtTemperature", value);
    }

    public EvaluationConfig withBins(int value) {
        return Records.with(this, "bins", value);
    }

    public EvaluationConfig withBootstrapSamples(int value) {
        return Records.with(this, "bootstrapSamples", value);
    }

    public EvaluationConfig withTasks(List<String> value) {
        return Records.with(this, "tasks", value);
    }

    public EvaluationConfig withTaskThoughtTemperature(double value) {
        return Records.with(this, "taskThoughtTemperature", value);
    }

    public EvaluationConfig withTaskBatchSize(int value) {
        return Records.with(this, "taskBatchSize", value);
    }
}
