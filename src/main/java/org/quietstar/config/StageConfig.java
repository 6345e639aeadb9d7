package org.quietstar.config;

/**
 * One stage of a run with everything resolved: the sections that a stage may override, after the stage's own keys were
 * laid over the run's.
 */
public record StageConfig(
        String name,
        DataConfig data,
        ThoughtConfig thought,
        LossConfig loss,
        OptimizerConfig optimizer,
        TrainConfig train) {}
