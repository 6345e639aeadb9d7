package org.quietstar.train;

import org.quietstar.config.OptimizerConfig;

/** The learning-rate schedule: linear warm-up, then constant, linear or cosine decay to a share of the peak. */
final class LearningRate {
    private final OptimizerConfig config;
    private final int totalSteps;

    LearningRate(OptimizerConfig config, int totalSteps) {
        this.config = config;
        this.totalSteps = totalSteps;
    }

    /** Rate of the step number {@code step}, counted from 1. */
    double at(long step) {
        double peak = config.learningRate();
        if (step <= config.warmupSteps()) {
            return peak * step / config.warmupSteps();
        }
        double last = Math.max(1.0, totalSteps - config.warmupSteps());
        double progress = Math.min(1.0, (step - config.warmupSteps()) / last);
        double floor = config.finalLearningRateRatio();
        return switch (config.schedule()) {
            case LINEAR -> peak * (1 - (1 - floor) * progress);
            case COSINE -> peak * (floor + (1 - floor) * (1 + Math.cos(Math.PI * progress)) / 2);
            case CONSTANT -> peak;
        };
    }
}
