package org.quietstar.checkpoint;

import java.util.Map;
import java.util.OptionalDouble;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything that a run needs to continue as if it had never stopped. Arrays are FLOAT, DOUBLE, INT32 or INT64 and come
 * back with the same type and the same bits.
 *
 * @param step optimiser steps done, counted over all stages
 * @param weights the model's, by Hugging Face tensor name
 * @param thought START, END and the mixing head, by name
 * @param optimizer the optimiser's moments, by name
 * @param state what else there is (configuration, stage, data position, random states, versions, counters): strings,
 *     booleans, numbers, and lists and string-keyed maps of them. Whole numbers come back as Long and fractions as
 *     Double, exactly
 * @param score what {@code checkpoint.bestBy} compares, the lower the better: held-out loss in nats, or share of wrong
 *     answers; one that is not finite counts as none
 */
public record Checkpoint(
        long step,
        Map<String, INDArray> weights,
        Map<String, INDArray> thought,
        Map<String, INDArray> optimizer,
        Map<String, Object> state,
        OptionalDouble score)
        implements AutoCloseable {

    /** How much of a checkpoint is read. What is not read is not hashed either; only its presence and size are checked. */
    public enum Content {
        /** What generation, evaluation and export need: {@link #optimizer} is empty. */
        MODEL,
        /** What training needs to continue. */
        ALL;

        boolean includes(String file) {
            return this == ALL || !file.startsWith(CheckpointStore.OPTIMIZER);
        }
    }

    public Checkpoint {
        if (step < 0 || step > CheckpointStore.MAX_STEP) {
            throw new IllegalArgumentException("step must be 0 … " + CheckpointStore.MAX_STEP + ", not " + step);
        }
        if (score.isPresent() && !Double.isFinite(score.getAsDouble())) {
            score = OptionalDouble.empty();
        }
    }

    /** Frees the optimiser's moments, which a model made of this checkpoint does not share. */
    public void closeOptimizer() {
        optimizer.values().forEach(INDArray::close);
    }

    /** Frees all arrays, also for a model that was made of them: one of the two is closed. */
    @Override
    public void close() {
        weights.values().forEach(INDArray::close);
        thought.values().forEach(INDArray::close);
        closeOptimizer();
    }
}
