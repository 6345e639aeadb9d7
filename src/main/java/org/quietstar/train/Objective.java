package org.quietstar.train;

import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.data.TokenBatch;

/** What a stage minimises: from the micro-batches of one step to a loss, its gradients and what is to be logged. */
interface Objective extends AutoCloseable {

    /**
     * Loss and gradients of one step.
     *
     * @param loss over all micro-batches
     * @param metrics what else is logged, in the order of the metrics file
     * @param gradients by parameter name, which the optimiser may overwrite; valid until the next step
     * @param flops floating-point operations that it took, as {@link TrainingFlops} counts them
     */
    record Result(double loss, Map<String, Object> metrics, Map<String, INDArray> gradients, double flops) {}

    /**
     * Computes one step.
     *
     * @param batches the micro-batches whose means are taken over all of them together
     * @param seed of everything random in this step
     * @param measureParts whether the gradient norms of the loss's parts are measured apart
     */
    Result compute(List<TokenBatch> batches, long seed, boolean measureParts);

    @Override
    void close();
}
