package org.quietstar.thought;

import org.quietstar.config.LossConfig;

/** Settings of the loss that the tests share. */
public final class LossOptions {
    /** c = 0.4, policyWeight = 0.7, everything else as in the paper. */
    public static final LossConfig DEFAULT = new LossConfig(0.4, 0.7, 3.0, true, "mean", "mixed", 0, false, 0, 0);
    /** The same with the sign of the advantage kept. */
    static final LossConfig SIGNED = rewarded("mean", false, false);

    private LossOptions() {}

    static LossConfig rewarded(String baseline, boolean clampNegative, boolean standardize) {
        return new LossConfig(0.4, 0.7, 3.0, clampNegative, baseline, "mixed", 0, standardize, 0, 0);
    }

    /** Every option at once. */
    static LossConfig all(String reward, double entropyBonus, double klWeight) {
        return new LossConfig(0.3, 1.3, 2.0, false, "mean", reward, 1, true, entropyBonus, klWeight);
    }
}
