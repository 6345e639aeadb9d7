package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.HeadShape;
import org.quietstar.model.KeyGroup;
import org.quietstar.model.KeyProducts;

/**
 * Attention of block tokens (paper, appendix B; spec: way 4): scores against the text keys that all blocks of a sequence
 * share, scores against the block's own keys, and one softmax over both. It needs S·L² + L·S² scores for each sequence
 * and thought, never (S·L)².
 *
 * <p>Queries, keys and values are rows: the text's in [B, L] order, the blocks' in [step, B, P, L] order.
 */
public final class ThoughtBlockAttention {
    /** Largest score of each block row and head, [Sq·B·P·L, H]; see {@link DecoderNames#layer}. */
    public static final String BLOCKS_MAX = "blocks.max";
    /** Sum of the exponentials of each block row and head, the largest score taken off, [Sq·B·P·L, H]. */
    public static final String BLOCKS_TOTAL = "blocks.total";

    /**
     * What a step, or several, attends to.
     *
     * @param textKeys [B·L, KV·E]
     * @param textValues [B·L, KV·E]
     * @param textMask added to the scores against the text, [1, Sq or 1, P·L, L]
     * @param ownKeys [Sk·B·P·L, KV·E]
     * @param ownValues [Sk·B·P·L, KV·E]
     * @param ownMask added to the scores against the block's own keys, [1, Sq, Sk]
     * @param ownSteps Sk
     */
    public record View(
            SDVariable textKeys,
            SDVariable textValues,
            SDVariable textMask,
            SDVariable ownKeys,
            SDVariable ownValues,
            SDVariable ownMask,
            int ownSteps) {}

    private final SameDiff sd;
    private final HeadShape heads;
    private final ThoughtSizes sizes;
    private final int steps;

    /** @param steps Sq, steps whose queries come together */
    public ThoughtBlockAttention(SameDiff sd, HeadShape heads, ThoughtSizes sizes, int steps) {
        this.sd = sd;
        this.heads = heads;
        this.sizes = sizes;
        this.steps = steps;
    }

    /**
     * Attention of one layer.
     *
     * @param layer number of the layer, from 0
     * @param queries [Sq·B·P·L, H·E], divided by √E
     * @return [Sq·B·P·L, H·E]
     */
    public SDVariable attend(int layer, SDVariable queries, View view) {
        KeyGroup text = text(queries, view);
        KeyGroup own = own(queries, view);
        // One softmax over both groups of keys, with the larger of the two maxima taken off, which no gradient sees.
        SDVariable largest = sd.math.max(text.largest(), own.largest());
        DecoderNames.give(DecoderNames.layer(layer, BLOCKS_MAX), largest);
        KeyGroup.Weighted fromText = text.weigh(largest);
        KeyGroup.Weighted fromOwn = own.weigh(largest);
        SDVariable total = fromText.total().add(fromOwn.total());
        DecoderNames.give(DecoderNames.layer(layer, BLOCKS_TOTAL), total);
        long rows = (long) steps * sizes.stepRows();
        SDVariable divisor = sd.reshape(total, rows * heads.keyValueHeads() * heads.groupSize(), 1);
        return sd.reshape(fromText.sum().add(fromOwn.sum()).div(divisor), rows, heads.queryWidth());
    }

    /**
     * Products of [B, KV, G, Sq], P·L by L: every step of every thought sees the same text. The rows of all steps of a
     * single sequence lie one after another, so that they make one product.
     */
    private KeyGroup text(SDVariable queries, View view) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        int length = sizes.length();
        long wide = (long) sizes.thoughts() * length;
        boolean single = sizes.batch() == 1;
        var ofQueries = single
                ? new KeyProducts.Layout(new long[] {steps * wide, kv, g}, 1, 2, 0)
                : new KeyProducts.Layout(new long[] {steps, sizes.batch(), wide, kv, g}, 1, 3, 4, 0, 2);
        var ofKeys = single
                ? new KeyProducts.Layout(new long[] {length, kv, 1}, 1, 2, 0)
                : new KeyProducts.Layout(new long[] {sizes.batch(), length, kv, 1, 1}, 0, 2, 3, 4, 1);
        return new KeyProducts(
                heads,
                ofQueries,
                queries,
                ofKeys,
                view.textKeys,
                view.textValues,
                view.textMask,
                (long) sizes.batch() * kv * g,
                steps,
                wide,
                length);
    }

    /** Products of [B·P·L, KV, G], Sq by Sk. */
    private KeyGroup own(SDVariable queries, View view) {
        int kv = heads.keyValueHeads();
        int blocks = sizes.stepRows();
        if (steps == 1) {
            return new StepScores(heads, queries, blocks, view.ownKeys, view.ownValues, view.ownMask, view.ownSteps);
        }
        return new KeyProducts(
                heads,
                new KeyProducts.Layout(new long[] {steps, blocks, kv, heads.groupSize()}, 1, 2, 3, 0),
                queries,
                new KeyProducts.Layout(new long[] {view.ownSteps, blocks, kv, 1}, 1, 2, 3, 0),
                view.ownKeys,
                view.ownValues,
                view.ownMask,
                (long) blocks * kv * heads.groupSize(),
                steps,
                view.ownSteps);
    }
}
