package org.quietstar.model.attention;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Additive attention masks: 0 where a key may be seen, {@link #MASKED} where not. */
public final class Masks {
    /**
     * Added to a score that must not count. Every row sees itself, so that no softmax is of these alone. The exponential
     * of minus infinity is a comparison; of a large negative number, the C library takes twice as long as of others.
     */
    public static final double MASKED = Double.NEGATIVE_INFINITY;

    private Masks() {}

    /**
     * Causal mask, [L, L].
     *
     * @param length L
     * @param window a token sees only keys fewer than this many positions back (itself included); 0 means all
     */
    public static INDArray causal(DataType type, int length, int window) {
        return causalAhead(type, length, 0, window);
    }

    /**
     * Mask of the keys of a text for rows that are read after it, [L, L]: row i sees the keys that position i of the text
     * sees, and with a window only those with i + ahead − j &lt; window.
     *
     * @param length L
     * @param ahead how many places after position i row i is read
     */
    public static INDArray causalAhead(DataType type, int length, int ahead, int window) {
        double[][] mask = new double[length][length];
        for (int i = 0; i < length; i++) {
            for (int j = 0; j < length; j++) {
                boolean seen = j <= i && (window <= 0 || i + ahead - j < window);
                mask[i][j] = seen ? 0 : MASKED;
            }
        }
        return Nd4j.createFromArray(mask).castTo(type);
    }
}
