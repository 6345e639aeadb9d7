package org.quietstar.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measured speed of this process: single-precision matrix products and plain copies.
 *
 * @param products one measurement for each shape of {@link #SHAPES}
 * @param copyGigabytesPerSecond bytes read and written by a copy of 64 MiB in memory, in 10⁹ a second
 */
public record Speed(List<Product> products, double copyGigabytesPerSecond) {
    /** M, K, N of [M,K]·[K,N]: what a small decoder multiplies, and a square. */
    private static final int[][] SHAPES = {{6656, 128, 352}, {6656, 288, 768}, {1024, 1024, 1024}};

    private static final long NANOS_PER_SHAPE = 250_000_000L;
    private static final long COPY_FLOATS = 16L << 20;
    private static final int COPIES = 8;

    public Speed {
        products = List.copyOf(products);
    }

    /**
     * The speed of one matrix product.
     *
     * @param shape the shapes that are multiplied, such as {@code [6656,128]·[128,352]}
     * @param gflops median of 10⁹ floating-point operations a second
     */
    public record Product(String shape, double gflops) {}

    /** Measures for about a second. */
    public static Speed measure() {
        List<Product> products = new ArrayList<>();
        for (int[] shape : SHAPES) {
            products.add(product(shape[0], shape[1], shape[2]));
        }
        return new Speed(products, copy());
    }

    /** The median over the shapes, in GFLOP/s. */
    public double medianGflops() {
        return median(products.stream().mapToDouble(Product::gflops).toArray());
    }

    /** The fastest shape's median, in GFLOP/s: what the processor gives when a matrix product suits it. */
    public double peakGflops() {
        return products.stream().mapToDouble(Product::gflops).max().orElseThrow();
    }

    private static Product product(int m, int k, int n) {
        try (INDArray a = Nd4j.ones(DataType.FLOAT, m, k);
                INDArray b = Nd4j.ones(DataType.FLOAT, k, n);
                INDArray c = Nd4j.create(DataType.FLOAT, new long[] {m, n}, 'f')) {
            a.mmuli(b, c); // the first one starts the threads
            List<Double> seconds = new ArrayList<>();
            long end = System.nanoTime() + NANOS_PER_SHAPE;
            do {
                long start = System.nanoTime();
                a.mmuli(b, c);
                Nd4j.getExecutioner().commit(); // on a device it has only begun
                seconds.add((System.nanoTime() - start) * 1e-9);
            } while (System.nanoTime() < end);
            String shape = "[" + m + "," + k + "]·[" + k + "," + n + "]";
            return new Product(shape, 2e-9 * m * k * n / median(seconds));
        }
    }

    private static double copy() {
        try (INDArray from = Nd4j.ones(DataType.FLOAT, COPY_FLOATS);
                INDArray to = Nd4j.create(DataType.FLOAT, COPY_FLOATS)) {
            to.assign(from);
            List<Double> seconds = new ArrayList<>();
            for (int i = 0; i < COPIES; i++) {
                long start = System.nanoTime();
                to.assign(from);
                Nd4j.getExecutioner().commit();
                seconds.add((System.nanoTime() - start) * 1e-9);
            }
            return 2e-9 * Float.BYTES * COPY_FLOATS / median(seconds);
        }
    }

    private static double median(List<Double> values) {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
