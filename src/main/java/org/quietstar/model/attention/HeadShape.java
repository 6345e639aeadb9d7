package org.quietstar.model.attention;

import org.quietstar.config.ModelConfig;

/**
 * Sizes of the attention heads.
 *
 * @param keyValueHeads KV
 * @param groupSize G, query heads for each key/value head; query head h belongs to key/value head h / G
 * @param width E
 */
public record HeadShape(int keyValueHeads, int groupSize, int width) {

    public static HeadShape of(ModelConfig model) {
        return new HeadShape(model.kvHeads(), model.heads() / model.kvHeads(), model.resolvedHeadDim());
    }

    /** H = KV·G */
    public int heads() {
        return keyValueHeads * groupSize;
    }

    /** H·E */
    public int queryWidth() {
        return heads() * width;
    }

    /** KV·E */
    public int keyWidth() {
        return keyValueHeads * width;
    }
}
