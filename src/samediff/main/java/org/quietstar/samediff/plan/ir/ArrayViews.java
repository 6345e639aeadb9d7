package org.quietstar.samediff.plan.ir;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.HostArrays;

/** Arrays that show numbers of another array without a copy. */
public final class ArrayViews {
    private ArrayViews() {}

    /**
     * Numbers of a bound or constant root.
     *
     * @throws IllegalArgumentException where the caller's array has gaps or another order, so that a view of it would
     *     show other numbers
     */
    public static INDArray of(Value root, StridedLayout layout) {
        INDArray array = root.array;
        if (layout.offset() == 0 && layout.isDense() && Arrays.equals(array.shape(), layout.shape())) {
            return array;
        }
        if (isRowMajor(array)) {
            return view(array, layout);
        }
        if (root.kind() == Value.Kind.BOUND) {
            throw new IllegalArgumentException("The array of '" + root.name
                    + "' is reshaped by the graph, but its numbers do not stand in row-major order without gaps; give"
                    + " array.dup('c')");
        }
        return view(array.dup('c'), layout);
    }

    /** Numbers of a row-major array. */
    public static INDArray view(INDArray rowMajor, StridedLayout layout) {
        // A view of a view would begin at its own offset alone: M2.1 does not add up the two.
        return Nd4j.create(
                HostArrays.buffer(rowMajor),
                layout.shape(),
                layout.strides(),
                rowMajor.offset() + layout.offset(),
                'c');
    }

    /** Entries {@code from} (inclusive) to {@code to} (exclusive) along an axis. */
    public static INDArray slice(INDArray array, int axis, long from, long to) {
        long[] shape = array.shape().clone();
        shape[axis] = to - from;
        long offset = array.offset() + from * array.stride(axis);
        return Nd4j.create(HostArrays.buffer(array), shape, array.stride(), offset, 'c');
    }

    /** Whether two arrays begin at the same number of the same buffer. */
    public static boolean sameStart(INDArray a, INDArray b) {
        return HostArrays.buffer(a) == HostArrays.buffer(b) && a.offset() == b.offset();
    }

    public static boolean isRowMajor(INDArray array) {
        return new StridedLayout(array.shape(), array.stride(), 0).isDense();
    }
}
