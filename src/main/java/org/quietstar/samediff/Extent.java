package org.quietstar.samediff;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory from an array's first to its last number.
 *
 * @param from address of the first byte
 * @param to address after the last byte
 */
record Extent(long from, long to) {

    static Extent of(INDArray array) {
        long first = array.offset();
        long last = first;
        for (int d = 0; d < array.rank(); d++) {
            last += (array.size(d) - 1) * array.stride(d);
        }
        int width = array.dataType().width();
        long start = Arrangement.wholeBuffer(array).address();
        return new Extent(start + first * width, start + (last + 1) * width);
    }

    boolean overlaps(Extent other) {
        return from < other.to && other.from < to;
    }
}
