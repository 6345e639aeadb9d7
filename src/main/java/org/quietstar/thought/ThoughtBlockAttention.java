package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.model.Detached;
import org.quietstar.model.HeadShape;

/**
 * Attention of block tokens (paper, appendix B; spec: way 4): scores against the text keys that all blocks of a sequence
 * share, scores against the block's own keys, and one softmax over both. It needs S·L² + L·S² scores for each sequence
 * and thought, never (S·L)².
 */
public final class ThoughtBlockAttention {
    /**
     * What a step, or several, attends to.
     *
     * @param textMask added to the scores against the text, broadcast over [B·KV·G, Sq, P·L, L]
     * @param ownMask added to the scores against the block's own keys, broadcast over [B·KV·P·L, G, Sq, Sk]
     */
    public record View(SDVariable textKeys, SDVariable textValues, SDVariable textMask, SDVariable ownMask) {}

    private final SameDiff sd;
    private final HeadShape heads;
    private final int batch;
    private final int length;
    private final int thoughts;
    private final int steps;

    /** @param steps Sq, steps whose queries come together */
    public ThoughtBlockAttention(SameDiff sd, HeadShape heads, ThoughtSizes sizes, int steps) {
        this.sd = sd;
        this.heads = heads;
        this.batch = sizes.batch();
        this.length = sizes.length();
        this.thoughts = sizes.thoughts();
        this.steps = steps;
    }

    /**
     * @param queries [Sq·B·P·L, H·E], divided by √E
     * @param ownKeys [B·KV·P·L, Sk, E] as {@link #ownByPosition} lays them out
     * @param ownValues likewise
     * @param ownLength Sk
     * @return [Sq·B·P·L, H·E]
     */
    public SDVariable attend(SDVariable queries, SDVariable ownKeys, SDVariable ownValues, int ownLength, View view) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        int e = heads.width();
        long blocks = (long) batch * kv * thoughts * length;
        SDVariable split = sd.reshape(queries, steps, batch, thoughts, length, kv, g, e);

        SDVariable forText = sd.reshape(
                sd.permute(split, 1, 4, 5, 0, 2, 3, 6), (long) batch * kv, (long) g * steps * thoughts * length, e);
        SDVariable textScores = sd.reshape(
                        sd.mmul(forText, view.textKeys(), false, true, false),
                        (long) batch * kv * g,
                        steps,
                        (long) thoughts * length,
                        length)
                .add(view.textMask()); // [B·KV·G, Sq, P·L, L]
        SDVariable forOwn = sd.reshape(sd.permute(split, 1, 4, 2, 3, 5, 0, 6), blocks, (long) g * steps, e);
        SDVariable ownScores = sd.reshape(sd.mmul(forOwn, ownKeys, false, true, false), blocks, g, steps, ownLength)
                .add(view.ownMask()); // [B·KV·P·L, G, Sq, Sk]

        // One softmax over both groups of keys, with the larger of the two maxima taken off, which no gradient sees.
        SDVariable largest = sd.math.max(
                textOrder(sd.max(Detached.of(textScores), true, 3)),
                ownToTextOrder(sd.max(Detached.of(ownScores), true, 3))); // [B, KV, G, Sq, P, L]
        SDVariable textWeights = sd.math.exp(
                textScores.sub(sd.reshape(largest, (long) batch * kv * g, steps, (long) thoughts * length, 1)));
        SDVariable ownWeights = sd.math.exp(ownScores.sub(textToOwnOrder(largest)));
        SDVariable total = textOrder(sd.sum(textWeights, true, 3)).add(ownToTextOrder(sd.sum(ownWeights, true, 3)));

        SDVariable fromText = sd.mmul(
                sd.reshape(textWeights, (long) batch * kv, (long) g * steps * thoughts * length, length),
                view.textValues());
        SDVariable fromOwn = sd.mmul(sd.reshape(ownWeights, blocks, (long) g * steps, ownLength), ownValues);
        SDVariable sum = sd.permute(sd.reshape(fromText, batch, kv, g, steps, thoughts, length, e), 3, 0, 4, 5, 1, 2, 6)
                .add(sd.permute(sd.reshape(fromOwn, batch, kv, thoughts, length, g, steps, e), 5, 0, 2, 3, 1, 4, 6));
        SDVariable divisor =
                sd.permute(sd.reshape(total, batch, kv, g, steps, thoughts, length, 1), 3, 0, 4, 5, 1, 2, 6);
        return sd.reshape(sum.div(divisor), (long) steps * batch * thoughts * length, heads.queryWidth());
    }

    /** Keys or values [Sq·B·P·L, KV·E] as [B·KV·P·L, Sq, E]: the tokens of one block and head together. */
    public SDVariable ownByPosition(SDVariable rows) {
        int kv = heads.keyValueHeads();
        SDVariable split = sd.reshape(rows, steps, batch, thoughts, length, kv, heads.width());
        return sd.reshape(
                sd.permute(split, 1, 4, 2, 3, 0, 5), (long) batch * kv * thoughts * length, steps, heads.width());
    }

    /** [B·KV·G, Sq, P·L, 1] as [B, KV, G, Sq, P, L] */
    private SDVariable textOrder(SDVariable x) {
        return sd.reshape(x, batch, heads.keyValueHeads(), heads.groupSize(), steps, thoughts, length);
    }

    /** [B·KV·P·L, G, Sq, 1] as [B, KV, G, Sq, P, L] */
    private SDVariable ownToTextOrder(SDVariable x) {
        SDVariable split = sd.reshape(x, batch, heads.keyValueHeads(), thoughts, length, heads.groupSize(), steps);
        return sd.permute(split, 0, 1, 4, 5, 2, 3);
    }

    /** [B, KV, G, Sq, P, L] as [B·KV·P·L, G, Sq, 1] */
    private SDVariable textToOwnOrder(SDVariable x) {
        return sd.reshape(
                sd.permute(x, 0, 1, 4, 5, 2, 3),
                (long) batch * heads.keyValueHeads() * thoughts * length,
                heads.groupSize(),
                steps,
                1);
    }
}
