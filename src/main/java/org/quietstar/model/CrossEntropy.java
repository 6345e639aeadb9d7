package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.samediff.StopGradient;

/**
 * Negative log-likelihood of one token a row. The label's logit is the product of the hidden state with the label's row
 * of the output head, so that no array of the vocabulary's width is made for picking it; SameDiff's own cross entropies
 * ignore the gradient that comes from above.
 */
public final class CrossEntropy {
    private CrossEntropy() {}

    /**
     * log Σ exp(logits) − label's logit.
     *
     * @param logits [n, V]
     * @param labelLogits [n, 1]
     * @return [n, 1], in nats
     */
    public static SDVariable nll(SameDiff sd, SDVariable logits, SDVariable labelLogits) {
        return logSumExp(sd, logits).sub(labelLogits);
    }

    /** log Σ exp over each row, [n, V] to [n, 1]. */
    public static SDVariable logSumExp(SameDiff sd, SDVariable logits) {
        SDVariable largest = sd.max(StopGradient.of(logits), true, 1);
        SDVariable sum = sd.sum(sd.math.exp(logits.sub(largest)), true, 1);
        return sd.math.log(sum).add(largest);
    }
}
