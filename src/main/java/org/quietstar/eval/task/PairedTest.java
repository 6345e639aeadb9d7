package org.quietstar.eval.task;

import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * McNemar's exact test: two ways to answer the same items differ no more than a fair coin would, on the items that only
 * one of them gets right.
 *
 * @param onlyFirst items that only the first way gets right
 * @param onlySecond items that only the second way gets right
 */
public record PairedTest(int onlyFirst, int onlySecond) {

    /** Two-sided probability of a difference at least as large, if the ways were equally good; from 0 to 1. */
    public double p() {
        int discordant = onlyFirst + onlySecond;
        var fair = new BinomialDistribution(discordant, 0.5);
        return Math.min(1, 2 * fair.cumulativeProbability(Math.min(onlyFirst, onlySecond)));
    }
}
