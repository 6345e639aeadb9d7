package org.quietstar.thought;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.HostArrays;

/**
 * The input arrays of a {@link QuietStarLoss} for one micro-batch at a time. Sequences are padded on the right, so no
 * real token ever sees padding; labels that are padding weigh nothing.
 */
public final class LearningInputs implements AutoCloseable {
    /** INT32 [n]: text, sampled thoughts t1 … tT, lookahead tokens; see {@link ThoughtLayout#firstIdOfSlot}. */
    public static final String IDS = "ids";
    /** INT32 [B·L]: x[p+1], anything where there is none. */
    public static final String LABELS = "labels";
    /** INT32 [T·B·P·L]: t1 … tT. */
    public static final String SAMPLED = "sampled";
    /** [B·L, 1]: weight of each base NLL; 0 where there is no label; all micro-batches' weights sum to 1. */
    public static final String BASE_WEIGHTS = "base_weights";
    /** [M, B, 1, L]: weight of each NLL after a thought; times P they sum to 1. */
    public static final String THOUGHT_WEIGHTS = "thought_weights";
    /** [B, 1, L]: weight of each position in the policy term; times T·P they sum to 1. */
    public static final String POLICY_WEIGHTS = "policy_weights";
    /** [B, 1, L]: 1 where all M targets exist. */
    public static final String VALID = "valid";

    private final ThoughtLayout layout;
    private final int rewardTrim;
    private final int padId;
    /** Id that ends a document; none where it is negative. */
    private int endId = -1;

    private final Map<String, INDArray> inputs = new LinkedHashMap<>();
    private final INDArray text;
    private int[] lengths;

    /**
     * @param rewardTrim positions dropped from the end of the policy term beyond the necessary ones
     * @param padId what stands in for lookahead tokens beyond the text; no loss reads what becomes of it
     */
    public LearningInputs(ThoughtLayout layout, int rewardTrim, int padId, DataType type) {
        this.padId = padId;
        this.layout = layout;
        this.rewardTrim = rewardTrim;
        long b = layout.batch();
        long l = layout.length();
        inputs.put(IDS, Nd4j.zeros(DataType.INT32, layout.firstIdOfSlot(layout.slots() + 1)));
        inputs.put(LABELS, Nd4j.zeros(DataType.INT32, layout.textRows()));
        inputs.put(SAMPLED, Nd4j.zeros(DataType.INT32, layout.sampledTokens()));
        inputs.put(BASE_WEIGHTS, Nd4j.zeros(type, layout.textRows(), 1));
        inputs.put(THOUGHT_WEIGHTS, Nd4j.zeros(type, layout.lookahead(), b, 1, l));
        inputs.put(POLICY_WEIGHTS, Nd4j.zeros(type, b, 1, l));
        inputs.put(VALID, Nd4j.zeros(type, b, 1, l));
        this.text = Nd4j.zeros(DataType.INT32, layout.textRows());
        this.lengths = new int[layout.batch()];
    }

    /**
     * From now on a thought earns nothing whose targets would reach into the next document: what that begins with follows
     * from no thought.
     *
     * @param id that ends a document
     */
    public void endDocumentsAt(int id) {
        endId = id;
    }

    ThoughtLayout layout() {
        return layout;
    }

    /** Of the weights, and so of the graph. */
    DataType dataType() {
        return inputs.get(VALID).dataType();
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

    /** The sampled thoughts, INT32 [T·B·P·L], which the rollout writes. */
    public INDArray sampled() {
        return inputs.get(SAMPLED);
    }

    /**
     * Counts the labels of a micro-batch whose documents' ends do not matter.
     *
     * @param lengths real tokens of each sequence
     */
    public LabelCounts counts(int... lengths) {
        return LabelCounts.of(layout, lengths, rewardTrim);
    }

    /**
     * Counts the labels of a micro-batch.
     *
     * @param ids [B·L]
     * @param lengths real tokens of each sequence
     */
    public LabelCounts counts(int[] ids, int[] lengths) {
        LabelCounts counts = LabelCounts.of(layout, lengths, rewardTrim);
        counts.policyPositions = IntStream.range(0, ids.length)
                .filter(r -> isRewarded(ids, r, lengths[r / layout.length()]))
                .count();
        return counts;
    }

    /** Whether all M targets of a row's position are in the sequence, and in the document that the position stands in. */
    private boolean isRewarded(int[] ids, int r, int length) {
        if (layout.positionOf(r) >= layout.rewardedPositions(length, rewardTrim)) {
            return false;
        }
        // A document's end may be the last target, but no target may follow it.
        for (int i = r; i < r + layout.lookahead() && endId >= 0; i++) {
            if (ids[i] == endId) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes a micro-batch; then the rollout writes {@link #sampled()}, then {@link #takeSampled()} completes the inputs.
     *
     * @param ids [B·L]
     * @param lengths real tokens of each sequence, [B]; what follows is padding
     * @param totals counts over all micro-batches of the step, this one included
     */
    public void setText(int[] ids, int[] lengths, LabelCounts totals) {
        this.lengths = lengths.clone();
        int[] labels = new int[ids.length];
        double[] base = new double[ids.length];
        double[] valid = new double[ids.length];
        double[] thought = new double[layout.lookahead() * ids.length];
        for (int r = 0; r < ids.length; r++) {
            int p = layout.positionOf(r);
            int length = lengths[r / layout.length()];
            labels[r] = p + 1 < layout.length() ? ids[r + 1] : 0;
            base[r] = p + 1 < length ? 1.0 / totals.ofLookahead(0) : 0;
            valid[r] = isRewarded(ids, r, length) ? 1 : 0;
            for (int k = 0; k < layout.lookahead(); k++) {
                thought[k * ids.length + r] =
                        p + 1 + k < length ? 1.0 / (totals.ofLookahead(k) * layout.lookahead() * layout.thoughts()) : 0;
            }
        }
        HostArrays.fill(text, ids);
        HostArrays.fill(inputs.get(LABELS), labels);
        HostArrays.fill(inputs.get(BASE_WEIGHTS), base);
        HostArrays.fill(inputs.get(THOUGHT_WEIGHTS), thought);
        HostArrays.fill(inputs.get(VALID), valid);
        double position = 1.0 / (Math.max(1, totals.policyPositions()) * layout.thoughts() * layout.thoughtTokens());
        inputs.get(POLICY_WEIGHTS).assign(inputs.get(VALID)).muli(position);
        INDArray all = inputs.get(IDS);
        all.get(NDArrayIndex.interval(0, ids.length)).assign(text);
        putLookahead(all, ids);
    }

    /** The slots after END: x[p+k] for every thought, the padding id beyond the text. */
    private void putLookahead(INDArray all, int[] ids) {
        int[] slot = new int[layout.slotRows()];
        for (int k = 1; k < layout.lookahead(); k++) {
            for (int block = 0; block < slot.length; block++) {
                boolean within = layout.positionOf(block) + k < layout.length();
                slot[block] = within ? ids[layout.textRowOf(block) + k] : padId;
            }
            int first = layout.firstIdOfSlot(layout.lookaheadSlot(k));
            HostArrays.fill(all.get(NDArrayIndex.interval(first, first + slot.length)), slot);
        }
    }

    /** Copies the sampled thoughts to where the graph embeds them. */
    public void takeSampled() {
        int first = layout.firstIdOfSlot(layout.startSlot() + 1);
        inputs.get(IDS)
                .get(NDArrayIndex.interval(first, first + sampled().length()))
                .assign(sampled());
    }

    @Override
    public void close() {
        inputs.values().forEach(INDArray::close);
        text.close();
    }

    /**
     * How many labels there are, for the means of the loss: a mean over several micro-batches divides by the labels of all
     * of them.
     */
    public static final class LabelCounts {
        private final long[] byLookahead;
        private long policyPositions;

        private LabelCounts(int lookahead) {
            this.byLookahead = new long[lookahead];
        }

        /**
         * Counts the labels of a micro-batch.
         *
         * @param lengths real tokens of each sequence
         * @param rewardTrim positions dropped from the end of the policy term beyond the necessary ones
         */
        public static LabelCounts of(ThoughtLayout layout, int[] lengths, int rewardTrim) {
            var counts = new LabelCounts(layout.lookahead());
            for (int length : lengths) {
                for (int k = 0; k < layout.lookahead(); k++) {
                    counts.byLookahead[k] += Math.max(0, length - 1 - k);
                }
                counts.policyPositions += layout.rewardedPositions(length, rewardTrim);
            }
            return counts;
        }

        /** These and the others together. */
        public LabelCounts plus(LabelCounts others) {
            var sum = new LabelCounts(byLookahead.length);
            Arrays.setAll(sum.byLookahead, k -> byLookahead[k] + others.byLookahead[k]);
            sum.policyPositions = policyPositions + others.policyPositions;
            return sum;
        }

        /** Labels x[p+1+k]; those of k = 0 are the base model's too. */
        public long ofLookahead(int k) {
            return byLookahead[k];
        }

        /** Positions with all M labels. */
        public long policyPositions() {
            return policyPositions;
        }
    }
}
