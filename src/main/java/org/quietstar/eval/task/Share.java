package org.quietstar.eval.task;

import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.IntervalUtils;
import org.quietstar.eval.Interval;

/**
 * How many of some items are right.
 *
 * @param right from 0 to {@code items}
 * @param items 1 or more
 */
public record Share(int right, int items) {
    private static final double CONFIDENCE = 0.95;

    public Share {
        if (items < 1 || right < 0 || right > items) {
            throw new IllegalArgumentException(right + " right of " + items + " items");
        }
    }

    /** Right items as a share of all, from 0 to 1. */
    public double share() {
        return (double) right / items;
    }

    /** The 95 % Wilson score interval of the share, items being drawn independently. */
    public Interval interval() {
        ConfidenceInterval interval = IntervalUtils.getWilsonScoreInterval(items, right, CONFIDENCE);
        return new Interval(Math.max(0, interval.getLowerBound()), Math.min(1, interval.getUpperBound()));
    }
}
