package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What {@link HostCategorical} does, in the graph, so that on a device neither weights nor ids go to the host: one id for
 * each row by the inverse of the cumulative distribution. A row falls into about √V blocks; the block is found among the
 * blocks' sums, the id among the block's weights, each by a product with a triangle of ones, since M2.1's {@code cumsum}
 * loses memory. Sums of blocks are in the weights' precision, all else in double.
 *
 * @param temperature above 0
 */
record DeviceCategorical(double temperature) implements ThoughtSampler {

    @Override
    public int noisePerRow(int vocabSize) {
        return 1;
    }

    @Override
    public List<String> build(Rollout.SlotLogits logits) {
        SDVariable weights = logits.weights(temperature);
        new Search(weights.getSameDiff(), logits.rows(), logits.vocabSize())
                .ids(weights, logits.noise())
                .rename(Rollout.NEXT);
        return List.of(Rollout.NEXT);
    }

    @Override
    public void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target) {
        target.assign(slot.output(Rollout.NEXT));
    }

    /** The search in two stages, for all rows at once. */
    private static final class Search {
        private final SameDiff sd;
        private final int rows;
        private final int vocabSize;
        /** Weights in a block. */
        private final int width;

        private final int blocks;

        /**
         * @param rows how many ids are chosen, R
         * @param vocabSize weights of a row, V
         */
        Search(SameDiff sd, int rows, int vocabSize) {
            this.sd = sd;
            this.rows = rows;
            this.vocabSize = vocabSize;
            this.width = (int) Math.ceil(Math.sqrt(vocabSize));
            this.blocks = (vocabSize + width - 1) / width;
        }

        /**
         * The chosen ids, INT32 [R].
         *
         * @param weights at least 0, 0 where an id is banned, [R, V]
         * @param uniform a number in [0, 1) for each row, [R, 1]
         */
        SDVariable ids(SDVariable weights, SDVariable uniform) {
            int gap = blocks * width - vocabSize;
            SDVariable full =
                    gap == 0 ? weights : sd.concat(1, weights, sd.constant(Nd4j.zeros(weights.dataType(), rows, gap)));
            SDVariable table = full.reshape((long) rows * blocks, width); // [R·blocks, width]
            SDVariable sums = sd.sum(table, true, 1).reshape(rows, blocks).castTo(DataType.DOUBLE);
            SDVariable ends = cumulative(sums, blocks); // [R, blocks]
            SDVariable limit = uniform.castTo(DataType.DOUBLE).mul(sd.max(ends, true, 1)); // [R, 1]
            SDVariable block = firstAbove(sums, ends, limit, blocks); // [R]
            SDVariable place = block.add(sd.constant(Nd4j.createFromArray(firstBlocks())));
            SDVariable chosen = sd.gather(table, place, 0).castTo(DataType.DOUBLE); // [R, width]
            SDVariable isChosen = sd.oneHot(block, blocks, 1, 1.0, 0.0, DataType.DOUBLE); // [R, blocks]
            SDVariable before = sd.sum(isChosen.mul(ends.sub(sums)), true, 1); // [R, 1]
            SDVariable within = firstAbove(chosen, cumulative(chosen, width), limit.sub(before), width);
            return block.mul(sd.constant(Nd4j.scalar(DataType.INT32, width))).add(within);
        }

        /** Number of each row's first block among all rows' blocks. */
        private int[] firstBlocks() {
            int[] first = new int[rows];
            for (int r = 0; r < rows; r++) {
                first[r] = Math.multiplyExact(r, blocks);
            }
            return first;
        }

        private SDVariable cumulative(SDVariable numbers, int count) {
            double[][] triangle = new double[count][count];
            for (int i = 0; i < count; i++) {
                for (int j = i; j < count; j++) {
                    triangle[i][j] = 1;
                }
            }
            return numbers.mmul(sd.constant(Nd4j.createFromArray(triangle)));
        }

        /** Of the places with a weight, the first whose cumulative one exceeds the limit, or, where rounding hides it, the last. */
        private SDVariable firstAbove(SDVariable weights, SDVariable cumulative, SDVariable limit, int count) {
            double[] rising = new double[count];
            double[] falling = new double[count];
            for (int i = 0; i < count; i++) {
                rising[i] = i + 1;
                falling[i] = 2.0 * count - 2 * i - 1;
            }
            // Those below the limit score 1 … count, those above it from 2·count down to count + 1.
            SDVariable above = cumulative.gt(limit).castTo(DataType.DOUBLE);
            SDVariable score = above.mul(sd.constant(Nd4j.createFromArray(falling)))
                    .add(sd.constant(Nd4j.createFromArray(rising)));
            SDVariable hasWeight = weights.gt(0).castTo(DataType.DOUBLE);
            return sd.argmax(score.mul(hasWeight), 1).castTo(DataType.INT32);
        }
    }
}
