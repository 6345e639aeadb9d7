package org.quietstar.model;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;

/**
 * Attention among the tokens of B sequences of length L under a mask, rows in [B, L] order. It remembers each layer's
 * keys and values, which thought blocks attend to.
 */
public final class TextAttention implements AttentionPattern {
    private final SameDiff sd;
    private final HeadShape heads;
    private final int batch;
    private final int length;
    private final SDVariable mask;
    private final SDVariable positions;
    private final Map<Integer, SDVariable> keysByLayer = new HashMap<>();
    private final Map<Integer, SDVariable> valuesByLayer = new HashMap<>();

    /**
     * @param mask [L, L], 0 where the row's token may see the column's, {@link Masks#HIDDEN} elsewhere
     * @param positions rotary positions of the B·L rows, INT32 [B·L]
     */
    public TextAttention(SameDiff sd, HeadShape heads, int batch, int length, SDVariable mask, SDVariable positions) {
        this.sd = sd;
        this.heads = heads;
        this.batch = batch;
        this.length = length;
        this.mask = mask;
        this.positions = positions;
    }

    /** Ordinary text: each token sees itself and those before it, within the model's window. */
    public static TextAttention causal(SameDiff sd, ModelConfig model, int batch, int length, DataType type) {
        INDArray mask = Masks.causal(type, length, model.slidingWindow());
        return new TextAttention(
                sd,
                HeadShape.of(model),
                batch,
                length,
                sd.constant(mask.reshape(1, length, length)),
                sd.constant(Nd4j.createFromArray(consecutivePositions(batch, length))));
    }

    /** Positions 0 … L−1 of every sequence. */
    public static int[] consecutivePositions(int batch, int length) {
        int[] positions = new int[batch * length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i % length;
        }
        return positions;
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return batch * length;
    }

    @Override
    public SDVariable attend(int layer, SDVariable queries, SDVariable keys, SDVariable values) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        int e = heads.width();
        SDVariable k = byHead(keys); // [B·KV, L, E]
        SDVariable v = byHead(values); // [B·KV, L, E]
        keysByLayer.put(layer, k);
        valuesByLayer.put(layer, v);
        SDVariable q = sd.permute(sd.reshape(queries, batch, length, kv, g, e), 0, 2, 3, 1, 4);
        q = sd.reshape(q, (long) batch * kv, (long) g * length, e); // [B·KV, G·L, E]
        SDVariable scores = sd.reshape(sd.mmul(q, k, false, true, false), (long) batch * kv * g, length, length);
        scores = scores.add(mask); // [B·KV·G, L, L]
        SDVariable shifted = scores.sub(sd.max(Detached.of(scores), true, 2));
        SDVariable weights = sd.math.exp(shifted);
        SDVariable total = sd.sum(weights, true, 2); // [B·KV·G, L, 1]
        SDVariable sum = sd.mmul(sd.reshape(weights, (long) batch * kv, (long) g * length, length), v);
        SDVariable out = sum.div(sd.reshape(total, (long) batch * kv, (long) g * length, 1)); // [B·KV, G·L, E]
        out = sd.permute(sd.reshape(out, batch, kv, g, length, e), 0, 3, 1, 2, 4);
        return sd.reshape(out, (long) batch * length, heads.queryWidth());
    }

    private SDVariable byHead(SDVariable rows) {
        int kv = heads.keyValueHeads();
        SDVariable split = sd.reshape(rows, batch, length, kv, heads.width());
        return sd.reshape(sd.permute(split, 0, 2, 1, 3), (long) batch * kv, length, heads.width());
    }

    /** Rotated keys of a layer, [B·KV, L, E]; known once {@link #attend} was called for it. */
    public SDVariable keys(int layer) {
        return keysByLayer.get(layer);
    }

    /** Values of a layer, [B·KV, L, E]. */
    public SDVariable values(int layer) {
        return valuesByLayer.get(layer);
    }
}
