package org.quietstar.config;

/** Section {@code optimizer}: AdamW with decoupled weight decay, and the learning-rate schedule. */
public record OptimizerConfig(
        @Key(value = "Peak learning rate.", min = 0) double learningRate,

        @Key(value = "Decay of the first moment.", min = 0, max = 0.999999)
        double beta1,

        @Key(value = "Decay of the second moment.", min = 0, max = 0.9999999)
        double beta2,

        @Key(value = "Added to the root of the second moment.", min = 0)
        double epsilon,

        @Key(value = "Decoupled weight decay; not on norms, biases, START and END.", min = 0)
        double weightDecay,

        @Key(value = "Steps of linear warm-up.", unit = "steps", min = 0)
        int warmupSteps,

        @Key(
                value = "Learning rate after warm-up.",
                oneOf = {"constant", "linear", "cosine"})
        String schedule,

        @Key(value = "Learning rate at the end of the schedule as a share of the peak.", min = 0, max = 1)
        double finalLearningRateRatio,

        @Key(value = "Largest global gradient norm; larger gradients are scaled down to it; 0 means no clip.", min = 0)
        double clipNorm,

        @Key(value = "Learning-rate factor of START and END (the paper's gradient weight 1e2).", min = 0)
        double thoughtEmbeddingLrScale) {

    public static OptimizerConfig defaults() {
        return new OptimizerConfig(1e-6, 0.9, 0.999, 1e-8, 1e-3, 20, "constant", 0.1, 1.0, 100.0);
    }
}
