package org.quietstar.thought;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.InPlace;

/**
 * Draws one id for each row of unnormalised probabilities by the inverse of their cumulative distribution. It stands
 * outside the graph because M2.1's {@code cumsum} loses some 200 bytes a row at every call, and because sums in double
 * precision stay exact enough for large vocabularies. For weights in host memory; {@link GraphDraw} is for others.
 */
final class CategoricalDraw implements AutoCloseable {
    private static final int CHUNK = 256;

    private final int vocabSize;
    private final int lastAllowed;
    private final INDArray uniform;
    private final int[] drawn;

    /**
     * @param rows how many ids are drawn at a time
     * @param lastAllowed the largest id that may be drawn
     * @param type the probabilities' type, FLOAT or DOUBLE
     */
    CategoricalDraw(int rows, int vocabSize, int lastAllowed, DataType type) {
        this.vocabSize = vocabSize;
        this.lastAllowed = lastAllowed;
        this.uniform = Nd4j.zeros(type, rows, 1);
        this.drawn = new int[rows];
    }

    /** Where the noise goes: a number in [0, 1) for each row, [rows, 1]. */
    INDArray uniform() {
        return uniform;
    }

    /**
     * Draws for each row the first id whose cumulative weight exceeds the row's number times the total.
     *
     * @param weights at least 0, 0 where an id is banned, [rows, V] without gaps, row after row
     * @param totals sum of each row of the weights, rounded as it may be, [rows, 1]
     * @param target INT32 [rows]
     */
    void draw(INDArray weights, INDArray totals, INDArray target) {
        Numbers numbers = numbers(weights);
        IntStream.range(0, drawn.length)
                .parallel()
                .forEach(r -> drawn[r] = first(numbers, r * vocabSize, uniform.getDouble(r), totals.getDouble(r)));
        InPlace.fill(target, drawn);
    }

    /** Reads {@code target.length} numbers from a place on. */
    private interface Numbers {
        void read(int from, double[] target, int count);
    }

    /** Views of the native memory: the rows are read where they are, as far as the drawn id. */
    private static Numbers numbers(INDArray weights) {
        if (weights.dataType() == DataType.DOUBLE) {
            DoubleBuffer doubles = weights.data().asNioDouble().slice();
            return (from, target, count) -> doubles.get(from, target, 0, count);
        }
        FloatBuffer floats = weights.data().asNioFloat().slice();
        return (from, target, count) -> {
            for (int i = 0; i < count; i++) {
                target[i] = floats.get(from + i);
            }
        };
    }

    private int first(Numbers numbers, int start, double u, double total) {
        double[] chunk = new double[CHUNK];
        double cumulative = 0;
        for (int from = 0; from <= lastAllowed; from += CHUNK) {
            int count = Math.min(CHUNK, lastAllowed + 1 - from);
            numbers.read(start + from, chunk, count);
            double after = cumulative + sum(chunk, count);
            if (after > u * total) {
                return from + within(chunk, count, u * total - cumulative);
            }
            cumulative = after;
        }
        // Either the given total is rounded up and u close to 1, so that the exact one decides; or u < 1, but its
        // product with the exact total is rounded up to the total.
        return cumulative < total ? first(numbers, start, u, cumulative) : lastAllowed;
    }

    /** Four sums side by side, since one addition would wait for the one before. */
    private static double sum(double[] numbers, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += numbers[i];
            b += numbers[i + 1];
            c += numbers[i + 2];
            d += numbers[i + 3];
        }
        for (; i < count; i++) {
            a += numbers[i];
        }
        return (a + b) + (c + d);
    }

    /** The first number whose cumulative sum exceeds a limit, or, where rounding hides it, the last above 0. */
    private static int within(double[] numbers, int count, double limit) {
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            cumulative += numbers[i];
            if (cumulative > limit) {
                return i;
            }
            last = numbers[i] > 0 ? i : last;
        }
        return last;
    }

    @Override
    public void close() {
        uniform.close();
    }
}
