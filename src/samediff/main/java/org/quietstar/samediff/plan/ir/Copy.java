package org.quietstar.samediff.plan.ir;

/**
 * A copy in another order.
 *
 * @param source dense
 * @param axes for each axis of the target, which axis of the source it is
 * @param target dense
 */
public record Copy(Value source, long[] axes, Value target) {

    /** Where the source's numbers stand among the target's. */
    public StridedLayout inverse() {
        long[] strides = new long[axes.length];
        long[] targetStrides = StridedLayout.dense(target.shape).strides();
        for (int t = 0; t < axes.length; t++) {
            strides[(int) axes[t]] = targetStrides[t];
        }
        return new StridedLayout(source.shape, strides, 0);
    }
}
