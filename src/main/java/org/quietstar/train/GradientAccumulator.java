package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients of one step, added up over its micro-batches in arrays of their own. */
final class GradientAccumulator implements AutoCloseable {
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
            double norm = gradient.norm2Number().doubleValue();
            sum += norm * norm;
        }
        return Math.sqrt(sum);
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
