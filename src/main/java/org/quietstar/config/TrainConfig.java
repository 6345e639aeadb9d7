package org.quietstar.config;

import java.util.List;

/** Section {@code train}: the loop. */
public record TrainConfig(
        @Key(
                value = "language-model: plain next-token training; quiet-star: with thoughts.",
                oneOf = {"language-model", "quiet-star"})
        String mode,

        @Key(value = "Optimiser steps.", unit = "steps", min = 0)
        int steps,

        @Key(value = "Micro-batches whose gradients make one step.", min = 1)
        int gradientAccumulation,

        @Key(
                value = "Every so many steps the gradient norms of the likelihood and of the policy part are"
                        + " measured apart (costs about half a step); 0 never.",
                unit = "steps",
                min = 0)
        int gradientNormsEvery,

        @Key(
                value = "Every so many steps the held-out loss is measured (it decides which checkpoint is"
                        + " best); 0 only at the end.",
                unit = "steps",
                min = 0)
        int evaluateEvery,

        @Key(
                value = "Steps in a row that may be skipped for a non-finite loss or gradient before the run"
                        + " ends with an error.",
                unit = "steps",
                min = 1)
        int maxSkippedSteps,

        @Key("Patterns of names of parameters that stay as they are, such as model.embed_tokens.*; * stands for any"
                + " characters, dots included, and ? for one. They get no gradient and no optimiser state.")
        List<String> freeze,

        @Key("Low-rank adapters: the decoder stays as it is, and small matrices beside its own are trained.")
        LoraConfig lora,

        @Key("Whether training is refused, before anything is allocated, where its memory plan exceeds what this"
                + " machine has.")
        boolean memoryCheck) {

    public TrainConfig {
        freeze = List.copyOf(freeze);
    }

    public static TrainConfig defaults() {
        return new TrainConfig("quiet-star", 100, 1, 1, 0, 20, List.of(), LoraConfig.defaults(), true);
    }
}
