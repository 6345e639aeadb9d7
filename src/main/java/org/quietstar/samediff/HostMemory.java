package org.quietstar.samediff;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether arrays lie in memory that Java and BLAS can read and write in place, as they do on the CPU. On a CUDA device they
 * do not: M2.1 copies an array to the host when its numbers are asked for, and takes what is written there by address for
 * nothing. Each short cut that needs host memory asks here, and goes the general way where it is not so.
 */
public final class HostMemory {
    private static volatile boolean elsewhere;

    private HostMemory() {}

    /** Whether the arrays of ND4J's backend lie in host memory. */
    public static boolean holdsArrays() {
        return !elsewhere && Nd4j.getEnvironment().isCPU();
    }

    /** So that the CPU's tests go the general way, too. */
    static void pretendElsewhere(boolean pretend) {
        elsewhere = pretend;
    }

    /**
     * A row-major array's numbers, copied out at once.
     *
     * @param array FLOAT or DOUBLE, without gaps
     */
    public static double[] numbers(INDArray array) {
        if (!holdsArrays()) {
            // What is copied first has a buffer of its own; of a view M2.1 would copy all that lies before it, too.
            try (INDArray own = array.dup('c')) {
                return own.data().asDouble();
            }
        }
        double[] numbers = new double[Math.toIntExact(array.length())];
        if (array.dataType() == DataType.FLOAT) {
            FloatBuffer floats = array.data().asNioFloat().slice();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = floats.get(i);
            }
        } else {
            array.data().asNioDouble().slice().get(0, numbers);
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
        if (!holdsArrays()) {
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

    /** An array's bytes; ND4J's own view of them begins where the buffer does, whatever the array's offset is. */
    private static ByteBuffer bytes(INDArray array) {
        ByteBuffer buffer = array.data().asNio();
        return buffer.position(Math.toIntExact(array.offset() * array.dataType().width()))
                .slice();
    }

    private static INDArray rows(INDArray matrix, long first, long step, long count) {
        long width = matrix.size(1);
        return Arrangement.seen(
                matrix, new Layout(new long[] {count, width}, new long[] {step * width, 1}, first * width));
    }
}
