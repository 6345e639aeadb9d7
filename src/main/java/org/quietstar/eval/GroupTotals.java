package org.quietstar.eval;

/** Sums over the tokens of each group, and of each document within it. */
final class GroupTotals {
    private final double[] base;
    private final double[] mixed;
    private final double[] control;
    private final double[][] gains;
    private final int[][] counts;

    GroupTotals(int groups, int documents) {
        base = new double[groups];
        mixed = new double[groups];
        control = new double[groups];
        gains = new double[groups][documents];
        counts = new int[groups][documents];
    }

    void add(int group, int document, double baseNll, double mixedNll) {
        base[group] += baseNll;
        mixed[group] += mixedNll;
        gains[group][document] += baseNll - mixedNll;
        counts[group][document]++;
    }

    /** Adds to what the control gains on a group. */
    void addControl(int group, double gain) {
        control[group] += gain;
    }

    /** Sum of what the control gains on a group. */
    double control(int group) {
        return control[group];
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
