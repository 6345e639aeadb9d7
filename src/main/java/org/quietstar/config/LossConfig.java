package org.quietstar.config;

/** Section {@code loss}: the terms of the loss and of the reward (paper, sections 4.4.1 to 4.4.3). */
public record LossConfig(
        @Key(value = "Weight c of the base model's own loss; the thoughts' loss weighs 1 - c.", min = 0, max = 1)
        double baseLossWeight,

        @Key(value = "Weight of the REINFORCE term.", min = 0)
        double policyWeight,

        @Key(value = "Temperature of the log-probabilities in the REINFORCE term.", min = 1e-3)
        double reinforceTemperature,

        @Key("Whether negative advantages count as zero.") boolean clampNegative,

        @Key(
                value = "Subtracted from the reward: mean, its mean over the P thoughts of a position; base,"
                        + " the base model's log-likelihood alone; none, nothing (the raw"
                        + " log-likelihood).",
                oneOf = {"mean", "base", "none"})
        String rewardBaseline,

        @Key(
                value = "Logits that earn the reward: mixed, or those of the thought alone.",
                oneOf = {"mixed", "thought"})
        String reward,

        @Key(
                value = "Positions dropped from the end of the policy term beyond the necessary ones (the"
                        + " reference program drops 1).",
                unit = "tokens",
                min = 0)
        int rewardTrim,

        @Key("Whether advantages are divided by their standard deviation over the batch.")
        boolean standardizeAdvantage,

        @Key(value = "Weight of the thought's entropy, subtracted from the loss.", min = 0)
        double entropyBonus,

        @Key(
                value = "Weight of the divergence KL(thought policy || frozen base model's next-token"
                        + " distribution at the text position).",
                min = 0)
        double klWeight) {

    public static LossConfig defaults() {
        return new LossConfig(0.5, 1e6, 3.0, true, "mean", "mixed", 0, false, 0.0, 0.0);
    }
}
