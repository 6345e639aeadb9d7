package org.quietstar.samediff;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.DoubleRawIndexer;
import org.bytedeco.javacpp.indexer.FloatRawIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numbers of an array in host memory, read where they are. Java's own buffers end at 2 GiB; plans lay all their arrays
 * side by side into one, which is longer where a vocabulary is large. For any number of threads; the array must stay open.
 */
public sealed interface HostNumbers {

    /**
     * The numbers of an array.
     *
     * @param array FLOAT or DOUBLE, in host memory; places are counted in the buffer from the array's first number on, so
     *     that an array with gaps is read by its strides
     */
    static HostNumbers of(INDArray array) {
        Pointer buffer = HostArrays.buffer(array).pointer();
        long last = array.offset();
        for (int axis = 0; axis < array.rank(); axis++) {
            last += (array.size(axis) - 1) * array.stride(axis);
        }
        return array.dataType() == DataType.DOUBLE
                ? new Doubles(new DoubleRawIndexer(new DoublePointer(buffer).limit(last + 1)), array.offset())
                : new Floats(new FloatRawIndexer(new FloatPointer(buffer).limit(last + 1)), array.offset());
    }

    /** The number at a place, from 0. */
    double get(long place);

    /** Sum of {@code count} numbers from a place on, in double precision. */
    default double sum(long from, long count) {
        // Four sums side by side, since one addition would wait for the one before.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        long end = from + count;
        long i = from;
        for (; i + 3 < end; i += 4) {
            a += get(i);
            b += get(i + 1);
            c += get(i + 2);
            d += get(i + 3);
        }
        for (; i < end; i++) {
            a += get(i);
        }
        return (a + b) + (c + d);
    }

    /** Numbers in single precision. */
    record Floats(FloatRawIndexer all, long offset) implements HostNumbers {
        @Override
        public double get(long place) {
            return all.get(offset + place);
        }
    }

    /** Numbers in double precision. */
    record Doubles(DoubleRawIndexer all, long offset) implements HostNumbers {
        @Override
        public double get(long place) {
            return all.get(offset + place);
        }
    }
}
