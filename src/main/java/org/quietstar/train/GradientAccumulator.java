package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Gradients of one step, added up over its micro-batches in arrays of their own. */
final class GradientAccumulator implements AutoCloseable {
    /** Numbers whose copies in double precision are in memory at a time. */
    private static final long PIECE = 1 << 20;

    private final Map<String, INDArray> sums = new LinkedHashMap<>();

    /** Takes gradients, as the first of a step or in addition. */
    void add(Map<String, INDArray> gradients, boolean first) {
        gradients.forEach((name, gradient) -> {
            INDArray sum = sums.computeIfAbsent(
                    name, n -> Nd4j.createUninitializedDetached(gradient.dataType(), gradient.shape()));
            if (first) {
                sum.assign(gradient);
            } else {
                sum.addi(gradient);
            }
        });
    }

    Map<String, INDArray> gradients() {
        return sums;
    }

    /** √Σ g², over all parameters. */
    double norm() {
        return norm(sums);
    }

    /** √Σ g², over all gradients; NaN or infinite if any number is. */
    static double norm(Map<String, INDArray> gradients) {
        double sum = 0;
        for (INDArray gradient : gradients.values()) {
            sum += sumOfSquares(gradient);
        }
        return Math.sqrt(sum);
    }

    /**
     * Σ g² in double precision, piece by piece. ND4J adds the numbers of a FLOAT array in FLOAT: with 100 million of them, a
     * table of embeddings, a tenth of the sum or more is lost.
     */
    private static double sumOfSquares(INDArray gradient) {
        INDArray flat = gradient.reshape(gradient.length());
        double sum = 0;
        for (long from = 0; from < flat.length(); from += PIECE) {
            INDArray piece = flat.get(NDArrayIndex.interval(from, Math.min(flat.length(), from + PIECE)));
            double norm = inDouble(piece);
            sum += norm * norm;
        }
        return sum;
    }

    private static double inDouble(INDArray piece) {
        if (piece.dataType() == DataType.DOUBLE) {
            return piece.norm2Number().doubleValue();
        }
        try (INDArray exact = piece.castTo(DataType.DOUBLE)) {
            return exact.norm2Number().doubleValue();
        }
    }

    /** Factor that brings gradients of this norm down to a limit; 0 means no limit. */
    static double clip(double norm, double limit) {
        return limit > 0 && norm > limit ? limit / norm : 1;
    }

    @Override
    public void close() {
        sums.values().forEach(INDArray::close);
    }
}
