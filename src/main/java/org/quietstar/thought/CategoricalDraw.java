package org.quietstar.thought;

import java.util.Arrays;
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
     * @param target INT32 [rows]
     */
    void draw(INDArray weights, INDArray target) {
        boolean single = weights.dataType() == DataType.FLOAT;
        var floats = single ? weights.data().asNioFloat() : null;
        var doubles = single ? null : weights.data().asNioDouble();
        float[] narrow = new float[single ? vocabSize : 0];
        double[] row = new double[vocabSize];
        for (int r = 0; r < drawn.length; r++) {
            if (single) {
                floats.get(r * vocabSize, narrow);
                Arrays.setAll(row, id -> narrow[id]);
            } else {
                doubles.get(r * vocabSize, row);
            }
            drawn[r] = first(row, uniform.getDouble(r));
        }
        InPlace.fill(target, drawn);
    }

    private int first(double[] weights, double u) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double cumulative = 0;
        for (int id = 0; id < lastAllowed; id++) {
            cumulative += weights[id];
            if (cumulative > u * total) {
                return id;
            }
        }
        // u < 1, but its product with the total can round up to the total.
        return lastAllowed;
    }

    @Override
    public void close() {
        uniform.close();
    }
}
