package org.quietstar.config;

import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code loss}: the terms of the loss and of the reward (paper, sections 4.4.1 to 4.4.3). */
public record LossConfig(
        @Key(
                value =
                        "Weight c of the base model's own loss; the thoughts' loss weighs 1 - c. In mode distill: of the"
                                + " text's labels, where the teacher's predictions weigh 1 - c.",
                min = 0,
                max = 1,
                def = "0.5")
        double baseLossWeight,

        @Key(
                value = "Weight of the REINFORCE term. What it should be depends on the model and its data; policyShare"
                        + " finds it.",
                min = 0,
                def = "1e6")
        double policyWeight,

        @Key(
                value = "Share of the gradient's norm that the REINFORCE term is held at, in place of policyWeight: the"
                        + " weight follows a slow average of the measured norms (train.gradientNormsEvery). 0: off.",
                min = 0,
                max = 0.99,
                def = "0.0")
        double policyShare,

        @Key(value = "Temperature of the log-probabilities in the REINFORCE term.", min = 1e-3, def = "3.0")
        double reinforceTemperature,

        @Key(value = "Whether negative advantages count as zero.", def = "true")
        boolean clampNegative,

        @Key(
                value = "Subtracted from the reward: mean, its mean over the P thoughts of a position; base,"
                        + " the base model's log-likelihood alone; none, nothing (the raw"
                        + " log-likelihood).",
                def = "mean")
        RewardBaseline rewardBaseline,

        @Key(value = "Logits that earn the reward: mixed, or those of the thought alone.", def = "mixed")
        RewardSource reward,

        @Key(
                value = "Positions dropped from the end of the policy term beyond the necessary ones (the"
                        + " reference program drops 1).",
                unit = "tokens",
                min = 0,
                def = "0")
        int rewardTrim,

        @Key(
                value = "Whether a thought is rewarded for targets of the next document, too, in sequences that hold"
                        + " several (data.packing: pack); what a document begins with follows from no thought. Version"
                        + " 0.1.0 did.",
                def = "false")
        boolean rewardAcrossDocuments,

        @Key(value = "Whether advantages are divided by their standard deviation.", def = "false")
        boolean standardizeAdvantage,

        @Key(
                value = "What standardizeAdvantage takes the deviation over: step, all thoughts of a step, however many"
                        + " micro-batches it has; group, the P thoughts of a position.",
                def = "step")
        AdvantageDeviation advantageDeviation,

        @Key(value = "Weight of the thought's entropy, subtracted from the loss.", min = 0, def = "0.0")
        double entropyBonus,

        @Key(
                value = "Weight of the divergence KL(thought policy || the model's own next-token distribution at the"
                        + " text position, as it is now): it pulls every token of a thought towards the next word of"
                        + " the text. It is no divergence from a frozen reference.",
                min = 0,
                def = "0.0")
        double klWeight) {
    /** What is subtracted from the reward. */
    public enum RewardBaseline implements Choice {
        /** The mean over the P thoughts of a position. */
        MEAN,
        /** The base model's log-likelihood. */
        BASE,
        /** Nothing: the reward is the raw log-likelihood. */
        NONE
    }

    /** What the deviation of advantages is taken over. */
    public enum AdvantageDeviation implements Choice {
        /** All thoughts of an optimiser step. */
        STEP,
        /** The thoughts of a position. */
        GROUP
    }

    /** Logits that earn the reward. */
    public enum RewardSource implements Choice {
        /** Those that the mixing head makes of base and thought. */
        MIXED,
        /** Those of the thought alone. */
        THOUGHT
    }

    public static LossConfig defaults() {
        return Records.defaults(LossConfig.class);
    }

    // The same settings with one of them changed.

    public LossConfig withBaseLossWeight(double value) {
        return Records.with(this, "baseLossWeight", value);
    }

    public LossConfig withPolicyWeight(double value) {
        return Records.with(this, "policyWeight", value);
    }

    public LossConfig withPolicyShare(double value) {
        return Records.with(this, "policyShare", value);
    }

    public LossConfig withReinforceTemperature(double value) {
        return Records.with(this, "reinforceTemperature", value);
    }

    public LossConfig withClampNegative(boolean value) {
        return Records.with(this, "clampNegative", value);
    }

    public LossConfig withRewardBaseline(RewardBaseline value) {
        return Records.with(this, "rewardBaseline", value);
    }

    public LossConfig withReward(RewardSource value) {
        return Records.with(this, "reward", value);
    }

    public LossConfig withRewardTrim(int value) {
        return Records.with(this, "rewardTrim", value);
    }

    public LossConfig withRewardAcrossDocuments(boolean value) {
        return Records.with(this, "rewardAcrossDocuments", value);
    }

    public LossConfig withStandardizeAdvantage(boolean value) {
        return Records.with(this, "standardizeAdvantage", value);
    }

    public LossConfig withAdvantageDeviation(AdvantageDeviation value) {
        return Records.with(this, "advantageDeviation", value);
    }

    public LossConfig withEntropyBonus(double value) {
        return Records.with(this, "entropyBonus", value);
    }

    public LossConfig withKlWeight(double value) {
        return Records.with(this, "klWeight", value);
    }
}
