package org.quietstar.config;

/** Section {@code model}: a decoder of the Llama/Mistral kind (RMSNorm, rotary positions, grouped queries, SwiGLU). */
public record ModelConfig(
        @Key(
                value = "File or folder of *.safetensors with Hugging Face tensor names to start from; empty"
                        + " means random weights; a relative path starts at the folder the command runs"
                        + " in.")
        String weights,

        @Key(value = "Rows of the embedding table; 0 takes the tokenizer's size.", unit = "tokens", min = 0)
        int vocabSize,

        @Key(value = "Width D of the residual stream.", min = 2)
        int hiddenSize,

        @Key(value = "Width of the SwiGLU layer.", min = 1) int intermediateSize,
        @Key(value = "Number of decoder layers.", min = 1) int layers,
        @Key(value = "Number of query heads.", min = 1) int heads,

        @Key(value = "Number of key/value heads; divides heads.", min = 1)
        int kvHeads,

        @Key(value = "Width of one head; 0 means hiddenSize / heads.", min = 0)
        int headDim,

        @Key(value = "Base of the rotary angles.", min = 1) double ropeTheta,

        @Key(value = "Added to the mean square in RMSNorm.", min = 0, max = 0.1)
        double rmsNormEps,

        @Key(value = "Keys further back than this are not attended; 0 means no window.", unit = "tokens", min = 0)
        int slidingWindow,

        @Key(value = "Whether the output head shares the embedding table.")
        boolean tiedEmbeddings,

        @Key(value = "Largest rotary position that the model may be asked for.", unit = "tokens", min = 1)
        int maxPositions,

        @Key(value = "Standard deviation of the random initial weights.", min = 0, max = 1)
        double initializerRange) {

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
                initializerRange);
    }
}
