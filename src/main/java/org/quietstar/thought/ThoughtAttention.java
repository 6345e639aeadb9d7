package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.BatchedScores;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.JointSoftmax;
import org.quietstar.model.attention.Masks;
import org.quietstar.model.attention.ScoreGroup;
import org.quietstar.model.attention.SingleQueryScores;

/**
 * Attention of block tokens (paper, appendix B; spec: way 4): scores against the text keys that all blocks of a sequence
 * share, scores against the block's own keys, and one softmax over both. It needs S·L² + L·S² scores for each sequence
 * and thought, never (S·L)².
 *
 * <p>Queries, keys and values are rows: the text's in [B, L] order, the blocks' in [slot, B, P, L] order.
 */
public final class ThoughtAttention {
    /** Name of the softmax, see {@link JointSoftmax}. */
    public static final String SOFTMAX = "blocks";

    /**
     * What a slot, or several, attends to.
     *
     * @param textKeys [B·L, KV·E]
     * @param textValues [B·L, KV·E]
     * @param textMask added to the scores against the text, [1, Sq or 1, P·L, L]
     * @param ownKeys [Sk·B·P·L, KV·E]
     * @param ownValues [Sk·B·P·L, KV·E]
     * @param ownMask added to the scores against the block's own keys, [1, Sq, Sk]
     * @param ownSlots Sk
     */
    public record View(
            SDVariable textKeys,
            SDVariable textValues,
            SDVariable textMask,
            SDVariable ownKeys,
            SDVariable ownValues,
            SDVariable ownMask,
            int ownSlots) {}

    private final HeadShape heads;
    private final ThoughtLayout layout;
    private final int slots;

    /** @param slots Sq, slots whose queries come together */
    public ThoughtAttention(HeadShape heads, ThoughtLayout layout, int slots) {
        this.heads = heads;
        this.layout = layout;
        this.slots = slots;
    }

    /**
     * Attention of one layer.
     *
     * @param queries [Sq·B·P·L, H·E], divided by √E
     * @return [Sq·B·P·L, H·E]
     */
    public SDVariable attend(AttentionPattern.Layer layer, SDVariable queries, View view) {
        ScoreGroup text = text(queries, view);
        ScoreGroup own = own(queries, view);
        return new JointSoftmax(heads, slots * layout.slotRows(), SOFTMAX).over(layer, text, own);
    }

    /**
     * Products of [B, KV, G, Sq], P·L by L: every slot of every thought sees the same text. The rows of all slots of a
     * single sequence lie one after another, so that they make one product.
     */
    private ScoreGroup text(SDVariable queries, View view) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        int length = layout.length();
        long wide = (long) layout.thoughts() * length;
        boolean single = layout.batch() == 1;
        var ofQueries = single
                ? new BatchedScores.AxisOrder(new long[] {slots * wide, kv, g}, 1, 2, 0)
                : new BatchedScores.AxisOrder(new long[] {slots, layout.batch(), wide, kv, g}, 1, 3, 4, 0, 2);
        var ofKeys = single
                ? new BatchedScores.AxisOrder(new long[] {length, kv, 1}, 1, 2, 0)
                : new BatchedScores.AxisOrder(new long[] {layout.batch(), length, kv, 1, 1}, 0, 2, 3, 4, 1);
        return new BatchedScores(
                heads,
                ofQueries,
                queries,
                ofKeys,
                view.textKeys,
                view.textValues,
                view.textMask,
                (long) layout.batch() * kv * g,
                slots,
                wide,
                length);
    }

    /** Products of [B·P·L, KV, G], Sq by Sk. */
    private ScoreGroup own(SDVariable queries, View view) {
        int kv = heads.keyValueHeads();
        int blocks = layout.slotRows();
        if (slots == 1) {
            return new SingleQueryScores(
                    heads, queries, blocks, view.ownKeys, view.ownValues, view.ownMask, view.ownSlots);
        }
        return new BatchedScores(
                heads,
                new BatchedScores.AxisOrder(new long[] {slots, blocks, kv, heads.groupSize()}, 1, 2, 3, 0),
                queries,
                new BatchedScores.AxisOrder(new long[] {view.ownSlots, blocks, kv, 1}, 1, 2, 3, 0),
                view.ownKeys,
                view.ownValues,
                view.ownMask,
                (long) blocks * kv * heads.groupSize(),
                slots,
                view.ownSlots);
    }

    /**
     * What the slots {@code first} … {@code last} of the blocks see of the text, as an additive mask [1, Sq, P·L, L];
     * [1, 1, P·L, L] where it is the same for all the slots.
     *
     * @param window as in {@link Masks#causal}
     */
    static INDArray textMask(DataType type, ThoughtLayout layout, int first, int last, int window) {
        boolean same = window <= 0 || window >= layout.length() + last;
        int slots = same ? 1 : last - first + 1;
        INDArray mask = Nd4j.create(type, 1, slots, (long) layout.thoughts() * layout.length(), layout.length());
        for (int i = 0; i < slots; i++) {
            INDArray ofSlot = Masks.causalAhead(type, layout.length(), first + i, window);
            mask.slice(0).slice(i).assign(Nd4j.tile(ofSlot, layout.thoughts(), 1));
        }
        return mask;
    }

    /** What they see of the slots 1 … last of their own block, [1, Sq, last]. */
    static INDArray ownMask(DataType type, int first, int last, int window) {
        INDArray rows =
                Masks.causal(type, last, window).get(NDArrayIndex.interval(first - 1, last), NDArrayIndex.all());
        return rows.dup('c').reshape(1, last - first + 1, last);
    }
}
