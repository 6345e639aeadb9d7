package org.quietstar.train;

import java.util.Map;
import org.quietstar.config.LossConfig;

/**
 * Holds the policy's share of the gradient: from a slow average of the measured norms follows the weight under which
 * policy / (policy + likelihoods) is the wanted share. With {@code loss.policyShare} 0 the weight stays as it is.
 */
final class PolicyBalance {
    private static final String RATIO = "policy_log_ratio";
    private static final String MEASURED = "policy_measured";
    /** Measurements that the average goes back. */
    private static final int MEMORY = 50;

    private final LossConfig loss;
    /** Mean of ln (norm of the likelihoods' gradient / norm of the policy's at weight 1). */
    private double logRatio;

    private long measured;

    PolicyBalance(LossConfig loss) {
        this.loss = loss;
    }

    /** What the policy's own weight is multiplied by; 1 until something was measured. */
    double scale() {
        double share = loss.policyShare();
        return share == 0 || measured == 0 ? 1 : share / (1 - share) * Math.exp(logRatio);
    }

    /** The weight of the REINFORCE term in force. */
    double weight() {
        return loss.policyShare() > 0 ? scale() : loss.policyWeight();
    }

    /**
     * Takes a measurement; one without a policy's part, as where no thought had an advantage, says nothing.
     *
     * @param ofLikelihoods norm of the likelihoods' gradient
     * @param ofPolicy norm of the policy's gradient, at the {@link #scale} of that step
     */
    void measure(double ofLikelihoods, double ofPolicy) {
        double ratio = Math.log(ofLikelihoods * scale() / ofPolicy);
        if (loss.policyShare() > 0 && Double.isFinite(ratio)) {
            measured++;
            logRatio += (ratio - logRatio) / Math.min(measured, MEMORY);
        }
    }

    void putInto(Map<String, Object> state) {
        state.put(RATIO, logRatio);
        state.put(MEASURED, measured);
    }

    /** Takes what a checkpoint holds of it; none does that was written before there was a share. */
    void restore(Map<String, Object> state) {
        if (state.containsKey(RATIO)) {
            logRatio = ((Number) state.get(RATIO)).doubleValue();
            measured = ((Number) state.get(MEASURED)).longValue();
        }
    }
}
