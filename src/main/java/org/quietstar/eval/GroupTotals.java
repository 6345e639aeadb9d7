package org.quietstar.eval;

/** Sums over the tokens of each group, and of each sequence within it. */
final class GroupTotals {
    private final double[] base;
    private final double[] mixed;
    private final double[][] gains;
    private final int[][] counts;

    GroupTotals(int groups, int sequences) {
        base = new double[groups];
        mixed = new double[groups];
        gains = new double[groups][sequences];
        counts = new int[groups][sequences];
    }

    void add(int group, int sequence, double baseNll, double mixedNll) {
        base[group] += baseNll;
        mixed[group] += mixedNll;
        gains[group][sequence] += baseNll - mixedNll;
        counts[group][sequence]++;
    }

    /** Sum of the base NLL of a group. */
    double base(int group) {
        return base[group];
    }

    /** Sum of the mixed NLL of a group. */
    double mixed(int group) {
        return mixed[group];
    }

    /** The bootstrap of the mean gain of each group. */
    ClusterBootstrap bootstrap() {
        return new ClusterBootstrap(gains, counts);
    }
}
