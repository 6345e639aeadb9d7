package org.quietstar.thought;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.function.IntToDoubleFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.InPlace;

/**
 * Draws one id for each row of unnormalised probabilities by the inverse of their cumulative distribution. It stands
 * outside the graph because M2.1's {@code cumsum} loses some 200 bytes a row at every call, and because sums in double
 * precision stay exact enough for large vocabularies.
 */
final class CategoricalDraw implements AutoCloseable {
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
        // Views of the native memory: the rows are read where they are, as far as the drawn id.
        IntToDoubleFunction numbers;
        if (weights.dataType() == DataType.FLOAT) {
            FloatBuffer floats = weights.data().asNioFloat().slice();
            numbers = floats::get;
        } else {
            DoubleBuffer doubles = weights.data().asNioDouble().slice();
            numbers = doubles::get;
        }
        for (int r = 0; r < drawn.length; r++) {
            drawn[r] = first(numbers, r * vocabSize, uniform.getDouble(r), totals.getDouble(r));
        }
        InPlace.fill(target, drawn);
    }

    private int first(IntToDoubleFunction numbers, int start, double u, double total) {
        double cumulative = 0;
        for (int id = 0; id <= lastAllowed; id++) {
            cumulative += numbers.applyAsDouble(start + id);
            if (cumulative > u * total) {
                return id;
            }
        }
        // Either the given total is rounded up and u close to 1, so that the exact one decides; or u < 1, but its
        // product with the exact total is rounded up to the total.
        return cumulative < total ? first(numbers, start, u, cumulative) : lastAllowed;
    }

    @Override
    public void close() {
        uniform.close();
    }
}
