package org.quietstar.eval;

import java.util.Arrays;

/**
 * Tokens sorted by base NLL and cut into groups of equal size, as nearly as can be: tokens of equal NLL stay together,
 * and there are never more groups than distinct values.
 */
final class DifficultyBins {
    private final int[] order;
    private final int[] cuts;

    /**
     * @param order token indices, easiest first [n]
     * @param cuts ranks at which the groups begin, and n at the end [groups + 1]
     */
    private DifficultyBins(int[] order, int[] cuts) {
        this.order = order;
        this.cuts = cuts;
    }

    static DifficultyBins of(TokenScores scores, int bins) {
        int n = scores.size();
        int[] order = order(scores);
        int[] cuts = new int[bins + 1];
        int groups = 0;
        for (int bin = 1; bin <= bins; bin++) {
            int cut = (int) ((long) bin * n / bins);
            // Tokens with the NLL of the last one before the cut go with it.
            while (cut > 0 && cut < n && scores.base(order[cut]) == scores.base(order[cut - 1])) {
                cut++;
            }
            if (cut > cuts[groups]) {
                cuts[++groups] = cut;
            }
        }
        return new DifficultyBins(order, Arrays.copyOf(cuts, groups + 1));
    }

    private static int[] order(TokenScores scores) {
        long[] keyed = new long[scores.size()];
        for (int i = 0; i < keyed.length; i++) {
            keyed[i] = ((long) sortable(scores.base(i)) << Integer.SIZE) | i;
        }
        Arrays.sort(keyed);
        return Arrays.stream(keyed).mapToInt(key -> (int) key).toArray();
    }

    /** An int that sorts as the float does. */
    private static int sortable(float value) {
        // Adding zero makes −0 equal to 0.
        int bits = Float.floatToIntBits(value + 0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** Number of groups. */
    int count() {
        return cuts.length - 1;
    }

    /** First rank of a group. */
    int from(int group) {
        return cuts[group];
    }

    /** Rank after the last of a group. */
    int to(int group) {
        return cuts[group + 1];
    }

    /** The token at a rank, the easiest at 0. */
    int token(int rank) {
        return order[rank];
    }
}
