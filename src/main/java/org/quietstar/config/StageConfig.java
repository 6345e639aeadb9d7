package org.quietstar.config;

import org.quietstar.config.TrainConfig.TrainMode;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/**
 * One stage of a run with everything resolved: what the recipe says of all stages, and over it what it says of this one.
 *
 * @param from the earlier stage that it starts from; empty: it continues with the stage before it
 */
public record StageConfig(
        String name,
        String from,

        @Key("Where text comes from and how it is cut into sequences.")
        DataConfig data,

        @Key("Sizes and sampling of the hidden thoughts.") ThoughtConfig thought,
        @Key("The terms of the loss and of the reward.") LossConfig loss,

        @Key("AdamW with decoupled weight decay, and the learning-rate schedule.")
        OptimizerConfig optimizer,

        @Key("The training loop.") TrainConfig train,

        @Key("Mode star: the questions that the model writes rationales for and learns from.")
        StarConfig star) {

    /** The one stage of an empty recipe, which bears the name of its {@code train.mode}. */
    public static StageConfig defaults() {
        TrainConfig train = TrainConfig.defaults();
        return new StageConfig(
                train.mode().word(),
                "",
                DataConfig.defaults(),
                ThoughtConfig.defaults(),
                LossConfig.defaults(),
                OptimizerConfig.defaults(),
                train,
                StarConfig.defaults());
    }

    /** Whether it trains thoughts, or pauses in their place. */
    public boolean thinks() {
        return train.mode() == TrainMode.QUIET_STAR || pauses();
    }

    /** Whether it trains a plain language model. */
    public boolean isPlain() {
        return train.mode() == TrainMode.LANGUAGE_MODEL;
    }

    /** Whether it trains a model without thoughts to predict what the model that it starts from predicts after them. */
    public boolean distills() {
        return train.mode() == TrainMode.DISTILL;
    }

    /** Whether it trains pauses in the place of thoughts. */
    public boolean pauses() {
        return train.mode() == TrainMode.PAUSE;
    }

    /** Whether it trains on rationales that the model writes itself (STaR). */
    public boolean isStar() {
        return train.mode() == TrainMode.STAR;
    }

    /** Whether it needs the model that it starts from beyond its first step. */
    public boolean needsStart() {
        return distills() || isStar();
    }

    /** Optimiser steps from one fresh optimiser to the next: those of a turn of mode star, else the whole stage's. */
    public int turnSteps() {
        return isStar() ? train.steps() / star.turns() : train.steps();
    }

    // The same stage with one section changed.

    public StageConfig withData(DataConfig value) {
        return Records.with(this, "data", value);
    }

    public StageConfig withThought(ThoughtConfig value) {
        return Records.with(this, "thought", value);
    }

    public StageConfig withLoss(LossConfig value) {
        return Records.with(this, "loss", value);
    }

    public StageConfig withOptimizer(OptimizerConfig value) {
        return Records.with(this, "optimizer", value);
    }

    public StageConfig withTrain(TrainConfig value) {
        return Records.with(this, "train", value);
    }

    public StageConfig withStar(StarConfig value) {
        return Records.with(this, "star", value);
    }
}
