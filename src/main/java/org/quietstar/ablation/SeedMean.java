package org.quietstar.ablation;

import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.distribution.TDistribution;
import org.quietstar.eval.Interval;

/**
 * A mean over seeds.
 *
 * @param mean of the seeds' values
 * @param interval 95 % interval by Student's t, seeds being drawn independently; none of a single seed
 * @param values of the seeds
 */
public record SeedMean(double mean, Optional<Interval> interval, List<Double> values) {
    private static final double UPPER = 0.975;

    public SeedMean {
        values = List.copyOf(values);
    }

    /** How many seeds there are. */
    public int seeds() {
        return values.size();
    }

    /** The same for shares, whose interval ends at 0 and 1. */
    SeedMean ofShares() {
        return new SeedMean(
                mean, interval.map(each -> new Interval(Math.max(0, each.lower()), Math.min(1, each.upper()))), values);
    }

    /** The mean of some values, one at least. */
    public static SeedMean of(List<Double> values) {
        int n = values.size();
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        if (n < 2) {
            return new SeedMean(mean, Optional.empty(), values);
        }
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        double half = new TDistribution(n - 1.0).inverseCumulativeProbability(UPPER) * Math.sqrt(squares / (n - 1) / n);
        return new SeedMean(mean, Optional.of(new Interval(mean - half, mean + half)), values);
    }
}
