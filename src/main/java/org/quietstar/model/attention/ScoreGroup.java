package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The scores of R queries against one group of keys; a {@link JointSoftmax} goes over one such group or several. What goes
 * in and comes out is in rows, one for each query, whatever layout the products have.
 */
public interface ScoreGroup {
    /**
     * What a group adds to a softmax, in the words of online softmax.
     *
     * @param expSum Σ exp(score − rowMax), [R, H]
     * @param weightedSum Σ exp(score − rowMax)·value, [R·H, E]
     */
    record PartialSoftmax(SDVariable expSum, SDVariable weightedSum) {}

    /** The largest score of each query and head, [R, H], of which the loss has no gradient. */
    SDVariable rowMax();

    /**
     * Exponentials and their sums.
     *
     * @param rowMax what is subtracted from the scores, [R, H]
     */
    PartialSoftmax expAndSum(SDVariable rowMax);
}
