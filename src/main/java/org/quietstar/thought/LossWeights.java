package org.quietstar.thought;

import org.quietstar.config.LossConfig;

/**
 * Weights of the three terms of the loss.
 *
 * @param base of the base model's mean NLL
 * @param thought of the mean NLL after thoughts
 * @param policy of the REINFORCE term
 */
public record LossWeights(double base, double thought, double policy) {

    /** c, 1 − c and policyWeight, which is 1 where a share is held instead: then it is multiplied at each step. */
    public static LossWeights of(LossConfig loss) {
        return new LossWeights(
                loss.baseLossWeight(), 1 - loss.baseLossWeight(), loss.policyShare() > 0 ? 1 : loss.policyWeight());
    }
}
