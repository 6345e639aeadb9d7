package org.quietstar.samediff.plan.run;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;

/**
 * The memory from an array's first to its last number.
 *
 * @param from address of the first byte
 * @param to address after the last byte
 */
public record MemoryRange(long from, long to) {

    static MemoryRange of(INDArray array) {
        long first = array.offset();
        long last = first;
        for (int d = 0; d < array.rank(); d++) {
            last += (array.size(d) - 1) * array.stride(d);
        }
        int width = array.dataType().width();
        long start = HostArrays.buffer(array).address();
        return new MemoryRange(start + first * width, start + (last + 1) * width);
    }

    boolean overlaps(MemoryRange other) {
        return from < other.to && other.from < to;
    }
}
