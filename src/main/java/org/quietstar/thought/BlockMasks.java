package org.quietstar.thought;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.model.Masks;

/** What the steps {@code first} … {@code last} of the blocks see, as additive masks. */
final class BlockMasks {
    private BlockMasks() {}

    /**
     * Text keys, [1, Sq, P·L, L]; [1, 1, P·L, L] where it is the same for all the steps.
     *
     * @param window as in {@link Masks#causal}
     */
    static INDArray text(DataType type, ThoughtSizes sizes, int first, int last, int window) {
        boolean same = window <= 0 || window >= sizes.length() + last;
        int steps = same ? 1 : last - first + 1;
        INDArray mask = Nd4j.create(type, 1, steps, (long) sizes.thoughts() * sizes.length(), sizes.length());
        for (int i = 0; i < steps; i++) {
            INDArray step = Masks.textKeys(type, sizes.length(), first + i, window);
            mask.slice(0).slice(i).assign(Nd4j.tile(step, sizes.thoughts(), 1));
        }
        return mask;
    }

    /** Keys of the steps 1 … last of a token's own block, [1, Sq, last]. */
    static INDArray own(DataType type, int first, int last, int window) {
        INDArray rows =
                Masks.causal(type, last, window).get(NDArrayIndex.interval(first - 1, last), NDArrayIndex.all());
        return rows.dup('c').reshape(1, last - first + 1, last);
    }
}
