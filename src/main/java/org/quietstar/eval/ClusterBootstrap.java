package org.quietstar.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Percentile bootstrap of means over tokens, drawing whole documents with replacement, because tokens of one document
 * are not independent. Several means (groups of the same tokens) share the same draws.
 */
final class ClusterBootstrap {
    /** Share of the resamples that lies below, and above, a 95 % interval. */
    private static final double TAIL = 0.025;

    private final double[][] sums;
    private final int[][] counts;

    /**
     * @param sums by group and document, the sum of the values [G][documents]
     * @param counts by group and document, the number of values [G][documents]
     */
    ClusterBootstrap(double[][] sums, int[][] counts) {
        this.sums = sums;
        this.counts = counts;
    }

    /**
     * The interval of each group's mean; none where all of a group's values are in one document, since then nothing is
     * known about how much documents differ.
     */
    List<Optional<Interval>> intervals(int resamples, long seed) {
        int groups = sums.length;
        int documents = sums[0].length;
        // Random, and not a faster generator, because its numbers are the same on every Java version.
        Random random = new Random(seed);
        double[][] means = new double[groups][resamples];
        int[] filled = new int[groups];
        int[] draws = new int[documents];
        for (int r = 0; r < resamples; r++) {
            for (int s = 0; s < documents; s++) {
                draws[s] = random.nextInt(documents);
            }
            for (int g = 0; g < groups; g++) {
                double sum = 0;
                long count = 0;
                for (int s : draws) {
                    sum += sums[g][s];
                    count += counts[g][s];
                }
                // A draw without any value of the group says nothing about its mean.
                if (count > 0) {
                    means[g][filled[g]++] = sum / count;
                }
            }
        }
        List<Optional<Interval>> intervals = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            boolean several =
                    Arrays.stream(counts[g]).filter(count -> count > 0).count() > 1;
            double[] sorted = Arrays.copyOf(means[g], filled[g]);
            Arrays.sort(sorted);
            intervals.add(
                    several
                            ? Optional.of(new Interval(quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)))
                            : Optional.empty());
        }
        return intervals;
    }

    /** The q-quantile of sorted values, linear between neighbours (R's type 7, NumPy's default). */
    static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
