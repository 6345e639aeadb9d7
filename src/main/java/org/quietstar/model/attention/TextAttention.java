package org.quietstar.model.attention;

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
 * keys and values, so that later rows of the same graph can attend to them.
 */
public final class TextAttention implements AttentionPattern {
    /** Name of the softmax, see {@link JointSoftmax}. */
    public static final String SOFTMAX = "text";

    private final HeadShape heads;
    private final int batch;
    private final int length;
    private final SDVariable mask;
    private final SDVariable positions;
    private final Map<Integer, SDVariable> keysByLayer = new HashMap<>();
    private final Map<Integer, SDVariable> valuesByLayer = new HashMap<>();

    /**
     * @param mask [1, L, L], 0 where the row's token may see the column's, {@link Masks#MASKED} elsewhere
     * @param positions positions of the B·L rows, INT32 [B·L]
     */
    public TextAttention(HeadShape heads, int batch, int length, SDVariable mask, SDVariable positions) {
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
    public SDVariable attend(Layer layer, SDVariable queries, SDVariable keys, SDVariable values) {
        int kv = heads.keyValueHeads();
        int g = heads.groupSize();
        keysByLayer.put(layer.index(), keys);
        valuesByLayer.put(layer.index(), values);
        // Products of [B, KV, G], L by L.
        var scores = new BatchedScores(
                heads,
                new BatchedScores.AxisOrder(new long[] {batch, length, kv, g}, 0, 2, 3, 1),
                queries,
                new BatchedScores.AxisOrder(new long[] {batch, length, kv, 1}, 0, 2, 3, 1),
                keys,
                values,
                mask,
                (long) batch * kv * g,
                length,
                length);
        return new JointSoftmax(heads, rows(), SOFTMAX).over(layer, scores);
    }

    /** Keys of a layer as the attention reads them, [B·L, KV·E]; known once {@link #attend} was called for it. */
    public SDVariable keys(int layer) {
        return keysByLayer.get(layer);
    }

    /** Values of a layer in rows, [B·L, KV·E]. */
    public SDVariable values(int layer) {
        return valuesByLayer.get(layer);
    }
}
