package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code train}: the loop. */
public record TrainConfig(
        @Key(
                value =
                        "language-model: plain next-token training; pause: with T learned pause tokens in the place of each"
                                + " thought, by likelihood alone; quiet-star: with thoughts; distill: without thoughts, to predict"
                                + " what the model that the stage starts from predicts after its own; star: without thoughts, on"
                                + " rationales that it writes itself and that reach the answer (section star).",
                def = "quiet-star")
        TrainMode mode,

        @Key(value = "Optimiser steps.", unit = "steps", min = 0, def = "100")
        int steps,

        @Key(value = "Micro-batches whose gradients make one step.", min = 1, def = "1")
        int gradientAccumulation,

        @Key(
                value = "Every so many steps the gradient norms of the likelihood and of the policy part are"
                        + " measured apart (costs about half a step); 0 never.",
                unit = "steps",
                min = 0,
                def = "1")
        int gradientNormsEvery,

        @Key(
                value = "Every so many steps the held-out loss is measured on one half of the held-out documents; it"
                        + " decides which checkpoint is best, and the report is then of the other half. 0: never.",
                unit = "steps",
                min = 0,
                def = "0")
        int evaluateEvery,

        @Key(
                value = "Every so many steps, and with each checkpoint, evaluation.taskItems items of each task of"
                        + " evaluation.tasks are answered by the model as it is. 0: at the end of the run alone.",
                unit = "steps",
                min = 0,
                def = "0")
        int tasksEvery,

        @Key(
                value = "Steps in a row that may be skipped for a non-finite loss or gradient before the run"
                        + " ends with an error.",
                unit = "steps",
                min = 1,
                def = "20")
        int maxSkippedSteps,

        @Key(
                value =
                        "Patterns of names of parameters that stay as they are, such as model.embed_tokens.*; * stands for any"
                                + " characters, dots included, and ? for one. They get no gradient and no optimiser state.",
                def = "[]")
        List<String> freeze,

        @Key("Low-rank adapters: the decoder stays as it is, and small matrices beside its own are trained.")
        LoraConfig lora,

        @Key(
                value =
                        "Whether training is refused, before anything is allocated, where its memory plan exceeds what this"
                                + " machine has.",
                def = "true")
        boolean memoryCheck) {
    /** What is trained. */
    public enum TrainMode implements Choice {
        /** Plain next-token prediction. */
        LANGUAGE_MODEL,
        /** With pauses in the place of thoughts (arXiv 2310.02226). */
        PAUSE,
        /** With thoughts. */
        QUIET_STAR,
        /** Without thoughts, from the predictions that the model makes after them. */
        DISTILL,
        /** On rationales that the model writes itself (arXiv 2203.14465). */
        STAR
    }

    public TrainConfig {
        freeze = List.copyOf(freeze);
    }

    public static TrainConfig defaults() {
        return Records.defaults(TrainConfig.class);
    }

    // The same settings with one of them changed.

    public TrainConfig withMode(TrainMode value) {
        return Records.with(this, "mode", value);
    }

    public TrainConfig withSteps(int value) {
        return Records.with(this, "steps", value);
    }

    public TrainConfig withGradientAccumulation(int value) {
        return Records.with(this, "gradientAccumulation", value);
    }

    public TrainConfig withGradientNormsEvery(int value) {
        return Records.with(this, "gradientNormsEvery", value);
    }

    public TrainConfig withEvaluateEvery(int value) {
        return Records.with(this, "evaluateEvery", value);
    }

    public TrainConfig withTasksEvery(int value) {
        return Records.with(this, "tasksEvery", value);
    }

    public TrainConfig withMaxSkippedSteps(int value) {
        return Records.with(this, "maxSkippedSteps", value);
    }

    public TrainConfig withFreeze(List<String> value) {
        return Records.with(this, "freeze", value);
    }

    public TrainConfig withLora(LoraConfig value) {
        return Records.with(this, "lora", value);
    }

    public TrainConfig withMemoryCheck(boolean value) {
        return Records.with(this, "memoryCheck", value);
    }
}
