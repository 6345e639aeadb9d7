package org.quietstar.samediff;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How far two arrays are apart. */
public final class Differences {
    private Differences() {}

    /** Largest difference over the largest expected number; infinite where a number is no number. */
    public static double relative(INDArray actual, INDArray expected) {
        return relative(numbers(actual), numbers(expected));
    }

    public static double relative(double[] actual, double[] expected) {
        if (actual.length != expected.length) {
            throw new AssertionError(actual.length + " numbers instead of " + expected.length);
        }
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double each = Math.abs(actual[i] - expected[i]);
            difference = Double.isNaN(each) ? Double.POSITIVE_INFINITY : Math.max(difference, each);
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference == 0 ? 0 : difference / largest;
    }

    /** The numbers in row-major order. */
    public static double[] numbers(INDArray array) {
        return array.dup('c').reshape(array.length()).toDoubleVector();
    }

    /** All numbers of all rows. */
    public static double[] numbers(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }
}
