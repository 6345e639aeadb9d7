package org.quietstar.generate;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.BatchedScores;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.JointSoftmax;
import org.quietstar.model.attention.Masks;
import org.quietstar.model.attention.ScoreGroup;

/**
 * R new rows of each of B sequences, in [B, R] order: they see the cached keys that the mask leaves, and those before
 * them among the new ones. One softmax goes over both.
 */
final class CachedAttention implements AttentionPattern {
    /** Position of each row in its text, INT32 [B·R]. */
    static final String POSITIONS = "positions";
    /** Added to the scores against the cache, [B, 1, R, C]. */
    static final String MASK = "mask";

    private final SameDiff sd;
    private final HeadShape heads;
    private final DataType type;
    private final int batch;
    private final int rows;
    private final int context;
    private final SDVariable positions;
    private final SDVariable pastMask;
    private final SDVariable ownMask;

    CachedAttention(SameDiff sd, ModelConfig model, DataType type, int batch, int rows, int context) {
        this.sd = sd;
        this.heads = HeadShape.of(model);
        this.type = type;
        this.batch = batch;
        this.rows = rows;
        this.context = context;
        this.positions = sd.placeHolder(POSITIONS, DataType.INT32, (long) batch * rows);
        this.pastMask = sd.placeHolder(MASK, type, batch, 1, rows, context);
        this.ownMask =
                sd.constant(Masks.causal(type, rows, model.slidingWindow()).reshape(1, 1, rows, rows));
    }

    /** Placeholder of a layer's cached keys, [C·B, KV·E]. */
    static String pastKeys(int layer) {
        return "past.keys." + layer;
    }

    /** Placeholder of a layer's cached values, [C·B, KV·E]. */
    static String pastValues(int layer) {
        return "past.values." + layer;
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return batch * rows;
    }

    @Override
    public SDVariable attend(Layer layer, SDVariable queries, SDVariable keys, SDVariable values) {
        int i = layer.index();
        SDVariable pastKeys = sd.placeHolder(pastKeys(i), type, (long) context * batch, heads.keyWidth());
        SDVariable pastValues = sd.placeHolder(pastValues(i), type, (long) context * batch, heads.keyWidth());
        ScoreGroup past = group(queries, true, pastKeys, pastValues);
        ScoreGroup own = group(queries, false, keys, values);
        return new JointSoftmax(heads, rows(), "cached").over(layer, past, own);
    }

    /**
     * Products of [B, KV, G], R by n; for a single row, of [B, KV], G by n.
     *
     * @param cached whether the keys are the cache's, in [n, B] order, or the new rows' own, in [B, n] order
     */
    private ScoreGroup group(SDVariable queries, boolean cached, SDVariable keys, SDVariable values) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        long count = cached ? context : rows;
        long[] outer = cached ? new long[] {count, batch} : new long[] {batch, count};
        int b = cached ? 1 : 0;
        int n = cached ? 0 : 1;
        var ofQueries = rows == 1
                ? new BatchedScores.AxisOrder(new long[] {batch, kv, g}, 0, 1, 2)
                : new BatchedScores.AxisOrder(new long[] {batch, rows, kv, g}, 0, 2, 3, 1);
        var ofKeys = rows == 1
                ? new BatchedScores.AxisOrder(new long[] {outer[0], outer[1], kv}, b, 2, n)
                : new BatchedScores.AxisOrder(new long[] {outer[0], outer[1], kv, 1}, b, 2, 3, n);
        SDVariable mask = cached ? pastMask : ownMask;
        return new BatchedScores(
                heads, ofQueries, queries, ofKeys, keys, values, mask, batch, (long) kv * g, rows, count);
    }
}
