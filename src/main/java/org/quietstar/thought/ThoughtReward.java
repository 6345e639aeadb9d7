package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;

/**
 * Reward and advantage of each thought (paper, section 4.4.2): how much likelier it made the next M tokens, and how much
 * more than the other thoughts of the same position did. Nothing here has a gradient.
 */
final class ThoughtReward {
    private final SameDiff sd;
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final DataType type;

    ThoughtReward(SameDiff sd, ThoughtSizes sizes, LossConfig loss, DataType type) {
        this.sd = sd;
        this.sizes = sizes;
        this.loss = loss;
        this.type = type;
    }

    /**
     * r[p] = Σ_k (NLL_base[p+k] − NLL_k[p]), [B, P, L], 0 where not all M targets exist.
     *
     * @param baseNll seen from k places on, [M, B, 1, L]
     * @param thoughtNll [M, B, P, L]
     * @param valid 1 where all M targets exist, [B, 1, L]
     */
    SDVariable reward(SDVariable baseNll, SDVariable thoughtNll, SDVariable valid) {
        SDVariable gains = loss.rewardBaseline().equals("none") ? thoughtNll.neg() : baseNll.sub(thoughtNll);
        return sd.sum(gains, false, 0).mul(valid);
    }

    /** A = max(0, r − baseline), [B, P, L]; the clamp, the baseline and a division by the deviation as configured. */
    SDVariable advantage(SDVariable reward, SDVariable valid) {
        SDVariable advantage = reward;
        if (loss.rewardBaseline().equals("mean") && sizes.thoughts() > 1) {
            advantage = reward.sub(sd.mean(reward, true, 1));
        }
        if (loss.standardizeAdvantage()) {
            advantage = standardized(advantage, valid);
        }
        return loss.clampNegative() ? sd.nn.relu(advantage, 0) : advantage;
    }

    private SDVariable standardized(SDVariable advantage, SDVariable valid) {
        SDVariable count = sd.sum(valid).mul(scalar(sizes.thoughts())).add(scalar(1e-12));
        SDVariable mean = sd.sum(advantage.mul(valid)).div(count);
        SDVariable centred = advantage.sub(mean);
        SDVariable variance = sd.sum(centred.mul(centred).mul(valid)).div(count);
        // Not divided: M2.1's gradient of a division by a scalar is wrong, should anyone ever ask for it.
        return advantage.mul(scalar(1).div(sd.math.sqrt(variance).add(scalar(1e-8))));
    }

    private SDVariable scalar(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }
}
