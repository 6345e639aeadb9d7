package org.quietstar.samediff;

import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers that go between Java and ND4J's arrays, and whether they can do so without a copy. On the CPU arrays lie in
 * memory that Java and BLAS read and write in place. On a CUDA device they do not: M2.1 copies an array to the host when
 * its numbers are asked for, and ignores writes made through the address. Each short cut that needs host memory asks
 * {@link #arraysOnHost}, and takes the general way where it is false.
 *
 * <p>Where numbers are written into an array, the copy outside the heap that this takes is freed at once: the collector
 * sees a few bytes of heap where there are megabytes beside it, and would let such copies pile up.
 */
public final class HostArrays {
    private static volatile boolean elsewhere;

    private HostArrays() {}

    /** Whether the arrays of ND4J's backend lie in host memory. */
    public static boolean arraysOnHost() {
        return !elsewhere && Nd4j.getEnvironment().isCPU();
    }

    /** So that the CPU's tests go the general way, too. */
    static void pretendElsewhere(boolean pretend) {
        elsewhere = pretend;
    }

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

    /**
     * A row-major array's numbers, copied out at once.
     *
     * @param array FLOAT or DOUBLE, without gaps
     */
    public static double[] numbers(INDArray array) {
        if (!arraysOnHost()) {
            // What is copied first has a buffer of its own; of a view M2.1 would copy all that lies before it, too.
            try (INDArray own = array.dup('c')) {
                return own.data().asDouble();
            }
        }
        double[] numbers = new double[Math.toIntExact(array.length())];
        HostNumbers all = HostNumbers.of(array);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = all.get(i);
        }
        return numbers;
    }

    /**
     * Copies rows of a matrix to rows of another one, both row-major without gaps, equally wide and of one type.
     *
     * @param row first row that is copied
     * @param step from one of them to the next
     * @param target row of {@code to} that the first one goes to
     * @param targetStep from there to the next
     * @param count how many rows; none at all is allowed
     */
    public static void copyRows(INDArray from, int row, int step, INDArray to, int target, int targetStep, int count) {
        if (count == 0) {
            return;
        }
        // Java's views of a buffer end at 2 GiB.
        if (!arraysOnHost() || lastByte(from) > Integer.MAX_VALUE || lastByte(to) > Integer.MAX_VALUE) {
            rows(to, target, targetStep, count).assign(rows(from, row, step, count));
            return;
        }
        int width = Math.toIntExact(from.size(1)) * from.dataType().width();
        ByteBuffer source = bytes(from);
        ByteBuffer destination = bytes(to);
        for (int i = 0; i < count; i++) {
            destination.put((target + i * targetStep) * width, source, (row + i * step) * width, width);
        }
    }

    private static long lastByte(INDArray array) {
        return (array.offset() + array.length()) * array.dataType().width();
    }

    /** An array's bytes; ND4J's own view of them begins where the buffer does, whatever the array's offset is. */
    private static ByteBuffer bytes(INDArray array) {
        ByteBuffer buffer = array.data().asNio();
        return buffer.position(Math.toIntExact(array.offset() * array.dataType().width()))
                .slice();
    }

    private static INDArray rows(INDArray matrix, long first, long step, long count) {
        long width = matrix.size(1);
        long[] shape = {count, width};
        long[] strides = {step * width, 1};
        return Nd4j.create(buffer(matrix), shape, strides, matrix.offset() + first * width, 'c');
    }

    /** The buffer that an array is a view of, in which its offset counts. */
    public static DataBuffer buffer(INDArray array) {
        DataBuffer original = array.data().originalDataBuffer();
        return original == null ? array.data() : original;
    }
}
