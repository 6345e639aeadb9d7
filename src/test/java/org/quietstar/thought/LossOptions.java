package org.quietstar.thought;

import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;

/** Settings of the loss that the tests share. */
public final class LossOptions {
    /** c = 0.4, policyWeight = 0.7, everything else as in the paper. */
    public static final LossConfig DEFAULT =
            LossConfig.defaults().withBaseLossWeight(0.4).withPolicyWeight(0.7);
    /** The same with the sign of the advantage kept. */
    static final LossConfig SIGNED = rewarded(RewardBaseline.MEAN, false, false);

    private LossOptions() {}

    static LossConfig rewarded(RewardBaseline baseline, boolean clampNegative, boolean standardize) {
        return LossConfig.defaults()
                .withBaseLossWeight(0.4)
                .withPolicyWeight(0.7)
                .withClampNegative(clampNegative)
                .withRewardBaseline(baseline)
                .withStandardizeAdvantage(standardize);
    }

    /** Every option at once, but that the text's end is not trimmed. */
    public static final LossConfig UNTRIMMED =
            all(RewardSource.THOUGHT, 0.2, 0.3).withRewardTrim(0);

    /** Every option at once. */
    static LossConfig all(RewardSource reward, double entropyBonus, double klWeight) {
        return LossConfig.defaults()
                .withBaseLossWeight(0.3)
                .withPolicyWeight(1.3)
                .withReinforceTemperature(2.0)
                .withClampNegative(false)
                .withReward(reward)
                .withRewardTrim(1)
                .withStandardizeAdvantage(true)
                .withEntropyBonus(entropyBonus)
                .withKlWeight(klWeight);
    }
}
