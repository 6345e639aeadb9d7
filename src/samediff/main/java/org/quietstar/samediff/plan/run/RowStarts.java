package org.quietstar.samediff.plan.run;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the parts of an array begin that its last axes make up. */
final class RowStarts {
    private RowStarts() {}

    /**
     * The place of each part's first number, in the order of the axes before.
     *
     * @param axes how many axes come before the parts
     * @param first place of the array's first number
     */
    static long[] of(INDArray array, int axes, long first) {
        long[] starts = {first};
        for (int axis = 0; axis < axes; axis++) {
            int size = Math.toIntExact(array.size(axis));
            long[] next = new long[Math.multiplyExact(starts.length, size)];
            for (int i = 0; i < next.length; i++) {
                next[i] = starts[i / size] + (long) (i % size) * array.stride(axis);
            }
            starts = next;
        }
        return starts;
    }
}
