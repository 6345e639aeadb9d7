package org.quietstar.thought;

import java.util.Optional;
import org.quietstar.config.LossConfig;

/**
 * What a {@link LearningStep} makes small.
 *
 * @param config section {@code loss} of a recipe
 * @param weights of the loss's three terms
 * @param reward what thoughts are rewarded by in place of the likelihood of the text; empty for that
 */
public record LossSpec(LossConfig config, LossWeights weights, Optional<RewardFunction> reward) {

    /** The paper's reward, and the weights that the settings say. */
    public static LossSpec of(LossConfig config) {
        return new LossSpec(config, LossWeights.of(config), Optional.empty());
    }

    /** The same with a reward of the caller's own. */
    public LossSpec rewardedBy(Optional<RewardFunction> function) {
        return new LossSpec(config, weights, function);
    }
}
