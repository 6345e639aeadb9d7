package org.quietstar.eval;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Tokens sorted by how hard they are and cut into groups of equal size, as nearly as can be: tokens that are equally hard
 * stay together, and there are never more groups than distinct values.
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

    /** @param hardness of token 0, 1, … */
    static DifficultyBins of(int n, IntToDoubleFunction hardness, int bins) {
        int[] order = order(n, hardness);
        int[] cuts = new int[bins + 1];
        int groups = 0;
        for (int bin = 1; bin <= bins; bin++) {
            int cut = (int) ((long) bin * n / bins);
            // Tokens as hard as the last one before the cut go with it.
            while (cut > 0 && cut < n && hardness.applyAsDouble(order[cut]) == hardness.applyAsDouble(order[cut - 1])) {
                cut++;
            }
            if (cut > cuts[groups]) {
                cuts[++groups] = cut;
            }
        }
        return new DifficultyBins(order, Arrays.copyOf(cuts, groups + 1));
    }

    private static int[] order(int n, IntToDoubleFunction hardness) {
        long[] keyed = new long[n];
        for (int i = 0; i < keyed.length; i++) {
            keyed[i] = ((long) sortable((float) hardness.applyAsDouble(i)) << Integer.SIZE) | i;
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
