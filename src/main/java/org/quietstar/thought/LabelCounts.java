package org.quietstar.thought;

import java.util.Arrays;

/**
 * How many labels there are, for the means of the loss: a mean over several micro-batches divides by the labels of all
 * of them.
 */
public final class LabelCounts {
    private final long[] byLookahead;
    private long policyPositions;

    private LabelCounts(int lookahead) {
        this.byLookahead = new long[lookahead];
    }

    /**
     * Counts the labels of a micro-batch.
     *
     * @param lengths real tokens of each sequence
     */
    public static LabelCounts of(int[] lengths, int lookahead, int rewardTrim) {
        var counts = new LabelCounts(lookahead);
        for (int length : lengths) {
            for (int k = 0; k < lookahead; k++) {
                counts.byLookahead[k] += Math.max(0, length - 1 - k);
            }
            counts.policyPositions += Math.max(0, length - lookahead - rewardTrim);
        }
        return counts;
    }

    /** These and the others together. */
    public LabelCounts plus(LabelCounts others) {
        var sum = new LabelCounts(byLookahead.length);
        Arrays.setAll(sum.byLookahead, k -> byLookahead[k] + others.byLookahead[k]);
        sum.policyPositions = policyPositions + others.policyPositions;
        return sum;
    }

    /** Labels x[p+1+k]; those of k = 0 are the base model's too. */
    public long ofLookahead(int k) {
        return byLookahead[k];
    }

    /** Positions with all M labels. */
    public long policyPositions() {
        return policyPositions;
    }
}
