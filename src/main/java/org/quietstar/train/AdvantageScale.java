package org.quietstar.train;

import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.AdvantageDeviation;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.thought.ThoughtLayout;

/**
 * The deviation of a whole step's advantages, where a step has several micro-batches: one of them alone has another. The
 * policy's part of the loss is proportional to the advantages, so that dividing it divides them.
 */
final class AdvantageScale {
    private final ThoughtLayout layout;
    private final LossConfig loss;
    private final Moments advantages = new Moments();

    AdvantageScale(ThoughtLayout layout, LossConfig loss) {
        this.layout = layout;
        this.loss = loss;
    }

    /** Whether a step of so many micro-batches needs it. */
    static boolean isNeeded(LossConfig loss, int microBatches) {
        return loss.standardizeAdvantage() && loss.advantageDeviation() == AdvantageDeviation.STEP && microBatches > 1;
    }

    /**
     * Adds a micro-batch.
     *
     * @param rewards [B, P, L]
     * @param valid above 0 for each position whose thoughts earn a reward, [B, 1, L]
     */
    void add(double[] rewards, double[] valid) {
        int length = layout.length();
        int thoughts = layout.thoughts();
        boolean centred = loss.rewardBaseline() == RewardBaseline.MEAN && thoughts > 1;
        for (int place = 0; place < valid.length; place++) {
            if (valid[place] <= 0) {
                continue;
            }
            int first = place / length * thoughts * length + place % length;
            double mean = 0;
            for (int j = 0; j < thoughts && centred; j++) {
                mean += rewards[first + j * length] / thoughts;
            }
            for (int j = 0; j < thoughts; j++) {
                advantages.add(rewards[first + j * length] - mean);
            }
        }
    }

    /** What advantages are multiplied by. */
    double factor() {
        return advantages.count == 0 ? 1 : 1 / (advantages.deviation() + 1e-8);
    }
}
