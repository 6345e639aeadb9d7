package org.quietstar.model;

import org.quietstar.config.ModelConfig;

/** Sizes that many tests begin with. */
public final class SmallDecoder {
    private SmallDecoder() {}

    /** Ten tokens, two layers of width 8, four heads with keys of their own, 64 positions. */
    public static ModelConfig config() {
        return ModelConfig.defaults()
                .withVocabSize(10)
                .withHiddenSize(8)
                .withIntermediateSize(12)
                .withLayers(2)
                .withRmsNormEps(1e-3)
                .withMaxPositions(64)
                .withInitializerRange(0.4);
    }
}
