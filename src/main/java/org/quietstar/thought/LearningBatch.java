package org.quietstar.thought;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.InPlace;

/**
 * The input arrays of a {@link QuietStarGraph} for one micro-batch at a time. Sequences are padded on the right, so no
 * real token ever sees padding; labels that are padding weigh nothing.
 */
public final class LearningBatch implements AutoCloseable {
    private final ThoughtSizes sizes;
    private final int rewardTrim;
    private final int padId;
    private final Map<String, INDArray> inputs = new LinkedHashMap<>();
    private final INDArray text;
    private int[] lengths;

    /**
     * @param rewardTrim positions dropped from the end of the policy term beyond the necessary ones
     * @param padId what stands in for lookahead tokens beyond the text; no loss reads what becomes of it
     */
    public LearningBatch(ThoughtSizes sizes, int rewardTrim, int padId, DataType type) {
        this.padId = padId;
        this.sizes = sizes;
        this.rewardTrim = rewardTrim;
        long b = sizes.batch();
        long l = sizes.length();
        inputs.put(QuietStarGraph.IDS, Nd4j.zeros(DataType.INT32, BlockEmbeddings.idCount(sizes, sizes.steps())));
        inputs.put(QuietStarGraph.LABELS, Nd4j.zeros(DataType.INT32, sizes.textRows()));
        inputs.put(QuietStarGraph.DRAWN, Nd4j.zeros(DataType.INT32, (long) sizes.thoughtTokens() * sizes.stepRows()));
        inputs.put(QuietStarGraph.BASE_WEIGHTS, Nd4j.zeros(type, sizes.textRows(), 1));
        inputs.put(QuietStarGraph.THOUGHT_WEIGHTS, Nd4j.zeros(type, sizes.lookahead(), b, 1, l));
        inputs.put(QuietStarGraph.POLICY_WEIGHTS, Nd4j.zeros(type, b, 1, l));
        inputs.put(QuietStarGraph.VALID, Nd4j.zeros(type, b, 1, l));
        this.text = Nd4j.zeros(DataType.INT32, sizes.textRows());
        this.lengths = new int[sizes.batch()];
    }

    /** The arrays by placeholder name. */
    public Map<String, INDArray> inputs() {
        return inputs;
    }

    /** The text, INT32 [B·L], for the rollout. */
    public INDArray text() {
        return text;
    }

    /** Real tokens of each sequence, [B]. */
    int[] lengths() {
        return lengths;
    }

    /** The drawn thoughts, INT32 [T·B·P·L], which the rollout writes. */
    public INDArray drawn() {
        return inputs.get(QuietStarGraph.DRAWN);
    }

    /**
     * Takes a micro-batch; then the rollout writes {@link #drawn()}, then {@link #takeDrawn()} completes the inputs.
     *
     * @param ids [B·L]
     * @param lengths real tokens of each sequence, [B]; what follows is padding
     * @param totals counts over all micro-batches of the step, this one included
     */
    public void setText(int[] ids, int[] lengths, LabelCounts totals) {
        int l = sizes.length();
        this.lengths = lengths.clone();
        int[] labels = new int[ids.length];
        double[] base = new double[ids.length];
        double[] valid = new double[ids.length];
        double[] thought = new double[sizes.lookahead() * ids.length];
        for (int r = 0; r < ids.length; r++) {
            int p = r % l;
            int length = lengths[r / l];
            labels[r] = p + 1 < l ? ids[r + 1] : 0;
            base[r] = p + 1 < length ? 1.0 / totals.ofLookahead(0) : 0;
            valid[r] = p < length - sizes.lookahead() - rewardTrim ? 1 : 0;
            for (int k = 0; k < sizes.lookahead(); k++) {
                thought[k * ids.length + r] =
                        p + 1 + k < length ? 1.0 / (totals.ofLookahead(k) * sizes.lookahead() * sizes.thoughts()) : 0;
            }
        }
        InPlace.fill(text, ids);
        InPlace.fill(inputs.get(QuietStarGraph.LABELS), labels);
        InPlace.fill(inputs.get(QuietStarGraph.BASE_WEIGHTS), base);
        InPlace.fill(inputs.get(QuietStarGraph.THOUGHT_WEIGHTS), thought);
        InPlace.fill(inputs.get(QuietStarGraph.VALID), valid);
        double position = 1.0 / (Math.max(1, totals.policyPositions()) * sizes.thoughts() * sizes.thoughtTokens());
        inputs.get(QuietStarGraph.POLICY_WEIGHTS)
                .assign(inputs.get(QuietStarGraph.VALID))
                .muli(position);
        INDArray all = inputs.get(QuietStarGraph.IDS);
        all.get(NDArrayIndex.interval(0, ids.length)).assign(text);
        putLookahead(all, ids);
    }

    /** The steps a = T+3 … S: x[p+k] for every thought, the padding id beyond the text. */
    private void putLookahead(INDArray all, int[] ids) {
        int l = sizes.length();
        int rows = sizes.stepRows();
        int first = ids.length + sizes.thoughtTokens() * rows;
        for (int k = 1; k < sizes.lookahead(); k++) {
            int[] step = new int[rows];
            for (int r = 0; r < rows; r++) {
                int p = r % l;
                int sequence = r / (l * sizes.thoughts());
                step[r] = p + k < l ? ids[sequence * l + p + k] : padId;
            }
            int start = first + (k - 1) * rows;
            InPlace.fill(all.get(NDArrayIndex.interval(start, start + rows)), step);
        }
    }

    /** Copies the drawn thoughts to where the graph embeds them. */
    public void takeDrawn() {
        int first = sizes.textRows();
        inputs.get(QuietStarGraph.IDS)
                .get(NDArrayIndex.interval(first, first + drawn().length()))
                .assign(drawn());
    }

    @Override
    public void close() {
        inputs.values().forEach(INDArray::close);
        text.close();
    }
}
