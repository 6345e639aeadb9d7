package org.quietstar.samediff.plan.ir;

import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where an array's numbers stand in a buffer: number (i0, i1, …) at {@code offset + Σ strides[d]·i_d}. A stride of 0
 * repeats the same numbers along an axis.
 */
public record StridedLayout(long[] shape, long[] strides, long offset) {

    public StridedLayout {
        shape = shape.clone();
        strides = strides.clone();
    }

    /** Row-major without gaps, from the buffer's start. */
    public static StridedLayout dense(long... shape) {
        return new StridedLayout(shape, rowMajor(shape), 0);
    }

    private static long[] rowMajor(long... shape) {
        return shape.length == 0 ? new long[0] : Nd4j.getStrides(shape, 'c');
    }

    long length() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** Whether the numbers stand row-major without gaps; where an axis is 1 long, its stride does not matter. */
    public boolean isDense() {
        long expected = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            if (shape[d] != 1 && strides[d] != expected) {
                return false;
            }
            expected *= shape[d];
        }
        return true;
    }

    public StridedLayout permuted(long... axes) {
        long[] newShape = new long[shape.length];
        long[] newStrides = new long[shape.length];
        for (int d = 0; d < axes.length; d++) {
            newShape[d] = shape[(int) axes[d]];
            newStrides[d] = strides[(int) axes[d]];
        }
        return new StridedLayout(newShape, newStrides, offset);
    }

    public StridedLayout sliced(long[] begin, long... size) {
        long start = offset;
        for (int d = 0; d < shape.length; d++) {
            start += begin[d] * strides[d];
        }
        return new StridedLayout(size, strides, start);
    }

    /** Axes of length 1 repeated to {@code newShape}, without a copy. */
    public StridedLayout repeated(long... newShape) {
        long[] newStrides = strides.clone();
        for (int d = 0; d < shape.length; d++) {
            if (newShape[d] != shape[d]) {
                newStrides[d] = 0;
            }
        }
        return new StridedLayout(newShape, newStrides, offset);
    }

    /** The same numbers in the same order in another shape; empty where no strides can tell it. */
    public Optional<StridedLayout> reshaped(long... newShape) {
        if (isDense()) {
            return Optional.of(new StridedLayout(newShape, rowMajor(newShape), offset));
        }
        long[] newStrides = new long[newShape.length];
        int from = shape.length - 1;
        int to = newShape.length - 1;
        while (to >= 0) {
            if (newShape[to] == 1) {
                newStrides[to] = 1;
                to--;
                continue;
            }
            while (from >= 0 && shape[from] == 1) {
                from--;
            }
            // A group of old axes that lie evenly spaced is cut into the new axes.
            long group = shape[from];
            long stride = strides[from];
            long wanted = newShape[to];
            int first = to;
            while (group != wanted) {
                if (group < wanted) {
                    from--;
                    if (from < 0 || (shape[from] != 1 && strides[from] != stride * group)) {
                        return Optional.empty();
                    }
                    group *= shape[from];
                } else {
                    to--;
                    wanted *= newShape[to];
                }
            }
            setStrides(newStrides, newShape, first, to, stride);
            from--;
            to--;
        }
        return Optional.of(new StridedLayout(newShape, newStrides, offset));
    }

    /** Strides of axes {@code last … first} that lie evenly spaced, row-major. */
    private static void setStrides(long[] strides, long[] shape, int first, int last, long stride) {
        long next = stride;
        for (int d = first; d >= last; d--) {
            strides[d] = next;
            next *= shape[d];
        }
    }

    /** This layout of numbers that themselves stand at {@code outer}, of as many numbers as this one was made for. */
    StridedLayout within(StridedLayout outer, long... innerShape) {
        if (outer.isDense()) {
            return new StridedLayout(shape, strides, offset + outer.offset);
        }
        StridedLayout inner = dense(innerShape);
        if (offset != 0 || !isDense() || length() != inner.length()) {
            throw new IllegalStateException("A part of numbers that do not stand in a row has no layout");
        }
        return outer.reshaped(shape)
                .orElseThrow(() -> new IllegalStateException("No strides tell " + Arrays.toString(shape) + " of "
                        + Arrays.toString(outer.shape) + " with strides " + Arrays.toString(outer.strides)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StridedLayout layout
                && offset == layout.offset
                && Arrays.equals(shape, layout.shape)
                && Arrays.equals(strides, layout.strides);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(shape) + Arrays.hashCode(strides)) + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return Arrays.toString(shape) + " strides " + Arrays.toString(strides) + " from " + offset;
    }
}
