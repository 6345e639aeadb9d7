package org.quietstar.model;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Additive attention masks: 0 where a key may be seen, {@link #HIDDEN} where not. */
public final class Masks {
    /**
     * Added to a score that must not count. Every row sees itself, so that no softmax is of these alone. The exponential
     * of minus infinity is a comparison; of a large negative number, the C library takes twice as long as of others.
     */
    public static final double HIDDEN = Double.NEGATIVE_INFINITY;

    private Masks() {}

    /**
     * Causal mask, [L, L].
     *
     * @param length L
     * @param window a token sees only keys fewer than this many positions back (itself included); 0 means all
     */
    public static INDArray causal(DataType type, int length, int window) {
        return shifted(type, length, length, 0, window);
    }

    /**
     * Text keys for block tokens that stand {@code step} places after their text position, [L, L]: row p sees text keys
     * j ≤ p, and with a window only those with p + step − j &lt; window.
     */
    public static INDArray textKeys(DataType type, int length, int step, int window) {
        return shifted(type, length, length, step, window);
    }

    private static INDArray shifted(DataType type, int rows, int columns, int step, int window) {
        double[][] mask = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                boolean seen = j <= i && (window <= 0 || i + step - j < window);
                mask[i][j] = seen ? 0 : HIDDEN;
            }
        }
        return Nd4j.createFromArray(mask).castTo(type);
    }
}
