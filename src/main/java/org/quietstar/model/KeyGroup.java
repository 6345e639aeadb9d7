package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The scores of R queries against one group of keys, of which a softmax may have several. All that goes in and comes out
 * is in rows, one for each query, whatever layout the products have.
 */
public interface KeyGroup {
    /**
     * What a group adds to a softmax.
     *
     * @param total Σ exp(score − largest), [R, H]
     * @param sum Σ exp(score − largest)·value, [R·H, E]
     */
    record Weighted(SDVariable total, SDVariable sum) {}

    /** The largest score of each query and head, [R, H], of which the loss has no gradient. */
    SDVariable largest();

    /**
     * Exponentials and their sums.
     *
     * @param largest what is taken off the scores, [R, H]
     */
    Weighted weigh(SDVariable largest);
}
