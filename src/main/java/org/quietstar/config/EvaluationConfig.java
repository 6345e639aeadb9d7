package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code evaluation}: perplexity on held-out text, its gain by token difficulty, and tasks with right answers. */
public record EvaluationConfig(
        @Key(value = "Held-out tokens to score at most.", unit = "tokens", min = 1, def = "20000")
        int maxTokens,

        @Key(value = "Sampling temperature of the thoughts; 0 is greedy.", min = 0, def = "0.0")
        double thoughtTemperature,

        @Key(
                value = "Draws of thoughts for each position, whose mean and spread are reported; above 1 wants a"
                        + " thoughtTemperature above 0.",
                min = 1,
                max = 1000,
                def = "1")
        int thoughtSamples,

        @Key(
                value = "Groups of equal size that the tokens are sorted into by difficulty.",
                min = 1,
                max = 100,
                def = "10")
        int bins,

        @Key(
                value =
                        "What makes a token hard. entropy: that of the base's distribution, known before the token; nll: the"
                                + " base's loss on the token itself, as in the paper, under which any two equally good models seem"
                                + " to help each other on hard tokens.",
                def = "entropy")
        Difficulty difficulty,

        @Key(value = "Resamples of the bootstrap.", min = 100, max = 100000, def = "1000")
        int bootstrapSamples,

        @Key(
                value =
                        "What thoughts say, to see whether that matters: own, what the model thinks; shuffled, what it thinks"
                                + " at another position, or before another item of a task; random tokens; pause, START in the"
                                + " place of each token; blind, drawn without seeing the text.",
                def = "own")
        ThoughtContent thoughtContent,

        @Key(value = "Task files whose questions are answered, such as datasets/tiny/answers.yaml.", def = "[]")
        List<String> tasks,

        @Key(
                value = "Sampling temperature of the thoughts before an answer of a task; 0 is greedy.",
                min = 0,
                def = "1.0")
        double taskThoughtTemperature,

        @Key(
                value =
                        "Chains of thought before each answer of a task, whose majority counts; 0: answers without any.",
                min = 0,
                max = 1000,
                def = "0")
        int taskVotes,

        @Key(
                value = "Sampling temperature of the chains of thought of a task; 0 is greedy, for one vote.",
                min = 0,
                def = "0.0")
        double taskTemperature,

        @Key(value = "Prompts of a task that go through the model together.", min = 1, def = "32")
        int taskBatchSize,

        @Key(
                value = "Items of each task that are answered in the course of training (train.tasksEvery), half of the"
                        + " task at most; which ones the seed decides.",
                min = 1,
                def = "200")
        int taskItems) {

    /** What tokens are sorted by. */
    public enum Difficulty implements Choice {
        /** Entropy of the base model's distribution. */
        ENTROPY,
        /** The base model's loss on the token. */
        NLL
    }

    /** What thoughts say where a model is evaluated; its predictions read them as ever. */
    public enum ThoughtContent implements Choice {
        /** What the model thinks. */
        OWN,
        /** What it thinks elsewhere. */
        SHUFFLED,
        /** Tokens drawn from all that a thought may contain, each as likely. */
        RANDOM,
        /** Nothing: START stands in the place of each token. */
        PAUSE,
        /** What it thinks where it does not see the text. */
        BLIND
    }

    public EvaluationConfig {
        tasks = List.copyOf(tasks);
    }

    public static EvaluationConfig defaults() {
        return Records.defaults(EvaluationConfig.class);
    }

    // The same settings with one of them changed.

    public EvaluationConfig withThoughtSamples(int value) {
        return Records.with(this, "thoughtSamples", value);
    }

    public EvaluationConfig withDifficulty(Difficulty value) {
        return Records.with(this, "difficulty", value);
    }

    public EvaluationConfig withThoughtContent(ThoughtContent value) {
        return Records.with(this, "thoughtContent", value);
    }

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

    public EvaluationConfig withTaskVotes(int value) {
        return Records.with(this, "taskVotes", value);
    }

    public EvaluationConfig withTaskTemperature(double value) {
        return Records.with(this, "taskTemperature", value);
    }

    public EvaluationConfig withTaskBatchSize(int value) {
        return Records.with(this, "taskBatchSize", value);
    }
}
