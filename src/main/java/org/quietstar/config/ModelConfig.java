package org.quietstar.config;

/** Section {@code model}: a decoder, its sizes and where its weights come from. */
public record ModelConfig(
        @Key(
                value = "Folder or file of *.safetensors with Hugging Face tensor names to start from; empty"
                        + " means random weights. A folder with a config.json gives the other keys of this section,"
                        + " and its tokenizer.json, if any, the section tokenizer. A relative path starts at the"
                        + " folder the command runs in.")
        String weights,

        @Key(value = "Rows of the embedding table; 0 takes the tokenizer's size.", unit = "tokens", min = 0)
        int vocabSize,

        @Key(value = "Width D of the residual stream.", min = 2)
        int hiddenSize,

        @Key(value = "Width of the feed-forward layer.", min = 1)
        int intermediateSize,

        @Key(value = "Number of decoder layers.", min = 1) int layers,
        @Key(value = "Number of query heads.", min = 1) int heads,

        @Key(value = "Number of key/value heads; divides heads.", min = 1)
        int kvHeads,

        @Key(value = "Width of one head; 0 means hiddenSize / heads.", min = 0)
        int headDim,

        @Key(value = "Base of the rotary angles.", min = 1) double ropeTheta,

        @Key(value = "Added to the mean square in RMSNorm, or to the variance in LayerNorm.", min = 0, max = 0.1)
        double rmsNormEps,

        @Key(value = "Keys further back than this are not attended; 0 means no window.", unit = "tokens", min = 0)
        int slidingWindow,

        @Key(value = "Whether the output head shares the embedding table.")
        boolean tiedEmbeddings,

        @Key(value = "Number of positions that the model may be asked for.", unit = "tokens", min = 1)
        int maxPositions,

        @Key(value = "Standard deviation of the random initial weights.", min = 0, max = 1)
        double initializerRange,

        @Key("Family of decoders, as model_type of a Hugging Face config.json names it: llama, mistral, qwen2, qwen3 or"
                + " gpt2.")
        String family,

        @Key(
                value = "How many times longer than ropeOriginalPositions the context is, by which Llama 3 slows slow"
                        + " rotary angles down; 1 leaves them alone.",
                min = 1)
        double ropeScalingFactor,

        @Key(
                value = "Angles that turn fewer times than this within ropeOriginalPositions are slowed down fully.",
                unit = "turns",
                min = 0)
        double ropeLowFrequencyFactor,

        @Key(
                value = "Angles that turn more often than this within ropeOriginalPositions are left alone.",
                unit = "turns",
                min = 0)
        double ropeHighFrequencyFactor,

        @Key(value = "Context from which ropeScalingFactor starts.", unit = "tokens", min = 1)
        int ropeOriginalPositions) {

    /** A decoder of family llama whose rotary angles are not scaled. */
    public ModelConfig(
            String weights,
            int vocabSize,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            double ropeTheta,
            double rmsNormEps,
            int slidingWindow,
            boolean tiedEmbeddings,
            int maxPositions,
            double initializerRange) {
        this(
                weights,
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                ropeTheta,
                rmsNormEps,
                slidingWindow,
                tiedEmbeddings,
                maxPositions,
                initializerRange,
                "llama",
                1,
                1,
                4,
                8192);
    }

    public static ModelConfig defaults() {
        return new ModelConfig("", 0, 128, 352, 4, 4, 4, 0, 10000.0, 1e-5, 0, true, 4096, 0.02);
    }

    /** Width of one head, worked out where {@link #headDim} is 0. */
    public int resolvedHeadDim() {
        return headDim > 0 ? headDim : hiddenSize / heads;
    }

    /** The same sizes with this many rows in the embedding table. */
    public ModelConfig withVocabSize(int rows) {
        return new ModelConfig(
                weights,
                rows,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                kvHeads,
                headDim,
                ropeTheta,
                rmsNormEps,
                slidingWindow,
                tiedEmbeddings,
                maxPositions,
                initializerRange,
                family,
                ropeScalingFactor,
                ropeLowFrequencyFactor,
                ropeHighFrequencyFactor,
                ropeOriginalPositions);
    }
}
