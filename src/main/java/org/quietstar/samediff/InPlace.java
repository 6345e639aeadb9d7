package org.quietstar.samediff;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Fills arrays in place from Java's own. The copy outside the heap that this takes is freed at once: the collector, which
 * sees a few bytes of heap where there are megabytes beside it, would let such copies pile up.
 */
public final class InPlace {
    private InPlace() {}

    /** Writes {@code numbers} into {@code target} in row-major order; there must be as many as it has elements. */
    public static void fill(INDArray target, int[] numbers) {
        assign(target, Nd4j.createFromArray(numbers));
    }

    /** Writes {@code numbers} into {@code target} in row-major order; there must be as many as it has elements. */
    public static void fill(INDArray target, float[] numbers) {
        assign(target, Nd4j.createFromArray(numbers));
    }

    /** Writes {@code numbers} into {@code target} in row-major order; there must be as many as it has elements. */
    public static void fill(INDArray target, double[] numbers) {
        assign(target, Nd4j.createFromArray(numbers));
    }

    /** Assigns {@code source}, of any shape and type, and closes it. */
    public static void assign(INDArray target, INDArray source) {
        try (source) {
            INDArray same = source.dataType() == target.dataType() ? source : source.castTo(target.dataType());
            target.assign(same.reshape(target.shape()));
            if (same != source) {
                same.close();
            }
        }
    }
}
