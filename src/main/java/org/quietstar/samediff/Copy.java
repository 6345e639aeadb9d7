package org.quietstar.samediff;

/**
 * A copy in another order.
 *
 * @param source dense
 * @param axes for each axis of the target, which axis of the source it is
 * @param target dense
 */
record Copy(PlanValue source, long[] axes, PlanValue target) {

    /** Where the source's numbers stand among the target's. */
    Layout inverse() {
        long[] strides = new long[axes.length];
        long[] targetStrides = Layout.dense(target.shape).strides();
        for (int t = 0; t < axes.length; t++) {
            strides[(int) axes[t]] = targetStrides[t];
        }
        return new Layout(source.shape, strides, 0);
    }
}
