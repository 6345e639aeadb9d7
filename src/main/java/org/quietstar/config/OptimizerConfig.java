package org.quietstar.config;

import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code optimizer}: AdamW with decoupled weight decay, and the learning-rate schedule. */
public record OptimizerConfig(
        @Key(value = "Peak learning rate.", min = 0, def = "1e-6")
        double learningRate,

        @Key(value = "Decay of the first moment.", min = 0, max = 0.999999, def = "0.9")
        double beta1,

        @Key(value = "Decay of the second moment.", min = 0, max = 0.9999999, def = "0.999")
        double beta2,

        @Key(value = "Added to the root of the second moment.", min = 0, def = "1e-8")
        double epsilon,

        @Key(value = "Decoupled weight decay; not on norms and biases.", min = 0, def = "1e-3")
        double weightDecay,

        @Key(value = "Steps of linear warm-up.", unit = "steps", min = 0, def = "20")
        int warmupSteps,

        @Key(value = "Learning rate after warm-up.", def = "constant")
        LrSchedule schedule,

        @Key(value = "Learning rate at the end of the schedule as a share of the peak.", min = 0, max = 1, def = "0.1")
        double finalLearningRateRatio,

        @Key(
                value = "Largest global gradient norm; larger gradients are scaled down to it; 0 means no clip.",
                min = 0,
                def = "1.0")
        double clipNorm,

        @Key(value = "Learning-rate factor of START and END (the paper's gradient weight 1e2).", min = 0, def = "100")
        double thoughtEmbeddingLrScale,

        @Key(
                value =
                        "Learning-rate factor of the mixing head, which begins at zero and may lag behind the thoughts.",
                min = 0,
                def = "1.0")
        double mixingHeadLrScale) {
    /** The learning rate after warm-up. */
    public enum LrSchedule implements Choice {
        /** It stays at the peak. */
        CONSTANT,
        /** It falls in a straight line. */
        LINEAR,
        /** It falls along half a cosine. */
        COSINE
    }

    public static OptimizerConfig defaults() {
        return Records.defaults(OptimizerConfig.class);
    }

    // The same settings with one of them changed.

    public OptimizerConfig withLearningRate(double value) {
        return Records.with(this, "learningRate", value);
    }

    public OptimizerConfig withBeta1(double value) {
        return Records.with(this, "beta1", value);
    }

    public OptimizerConfig withBeta2(double value) {
        return Records.with(this, "beta2", value);
    }

    public OptimizerConfig withEpsilon(double value) {
        return Records.with(this, "epsilon", value);
    }

    public OptimizerConfig withWeightDecay(double value) {
        return Records.with(this, "weightDecay", value);
    }

    public OptimizerConfig withWarmupSteps(int value) {
        return Records.with(this, "warmupSteps", value);
    }

    public OptimizerConfig withSchedule(LrSchedule value) {
        return Records.with(this, "schedule", value);
    }

    public OptimizerConfig withFinalLearningRateRatio(double value) {
        return Records.with(this, "finalLearningRateRatio", value);
    }

    public OptimizerConfig withClipNorm(double value) {
        return Records.with(this, "clipNorm", value);
    }

    public OptimizerConfig withThoughtEmbeddingLrScale(double value) {
        return Records.with(this, "thoughtEmbeddingLrScale", value);
    }

    public OptimizerConfig withMixingHeadLrScale(double value) {
        return Records.with(this, "mixingHeadLrScale", value);
    }
}
