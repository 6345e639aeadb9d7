package org.quietstar.config;

import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code model}: a decoder, its sizes and where its weights come from. */
public record ModelConfig(
        @Key(
                value = "Folder or file of *.safetensors with Hugging Face tensor names to start from; empty"
                        + " means random weights. A folder with a config.json gives the other keys of this section,"
                        + " and its tokenizer.json, if any, the section tokenizer. A relative path starts at the"
                        + " folder the command runs in.",
                def = "")
        String weights,

        @Key(value = "Rows of the embedding table; 0 takes the tokenizer's size.", unit = "tokens", min = 0, def = "0")
        int vocabSize,

        @Key(value = "Width D of the residual stream.", min = 2, def = "128")
        int hiddenSize,

        @Key(value = "Width of the feed-forward layer.", min = 1, def = "352")
        int intermediateSize,

        @Key(value = "Number of decoder layers.", min = 1, def = "4")
        int layers,

        @Key(value = "Number of query heads.", min = 1, def = "4")
        int heads,

        @Key(value = "Number of key/value heads; divides heads.", min = 1, def = "4")
        int kvHeads,

        @Key(value = "Width of one head; 0 means hiddenSize / heads.", min = 0, def = "0")
        int headDim,

        @Key(value = "Base of the rotary angles.", min = 1, def = "10000")
        double ropeTheta,

        @Key(
                value = "Added to the mean square in RMSNorm, or to the variance in LayerNorm.",
                min = 0,
                max = 0.1,
                def = "1e-5")
        double rmsNormEps,

        @Key(
                value = "Keys further back than this are not attended; 0 means no window.",
                unit = "tokens",
                min = 0,
                def = "0")
        int slidingWindow,

        @Key(value = "Whether the output head shares the embedding table.", def = "true")
        boolean tiedEmbeddings,

        @Key(value = "Number of positions that the model may be asked for.", unit = "tokens", min = 1, def = "4096")
        int maxPositions,

        @Key(value = "Standard deviation of the random initial weights.", min = 0, max = 1, def = "0.02")
        double initializerRange,

        @Key(
                value =
                        "Family of decoders, as model_type of a Hugging Face config.json names it: llama, mistral, qwen2, qwen3 or"
                                + " gpt2.",
                def = "llama")
        String family,

        @Key(
                value = "How many times longer than ropeOriginalPositions the context is, by which Llama 3 slows slow"
                        + " rotary angles down; 1 leaves them alone.",
                min = 1,
                def = "1")
        double ropeScalingFactor,

        @Key(
                value = "Angles that turn fewer times than this within ropeOriginalPositions are slowed down fully.",
                unit = "turns",
                min = 0,
                def = "1")
        double ropeLowFrequencyFactor,

        @Key(
                value = "Angles that turn more often than this within ropeOriginalPositions are left alone.",
                unit = "turns",
                min = 0,
                def = "4")
        double ropeHighFrequencyFactor,

        @Key(value = "Context from which ropeScalingFactor starts.", unit = "tokens", min = 1, def = "8192")
        int ropeOriginalPositions) {

    public static ModelConfig defaults() {
        return Records.defaults(ModelConfig.class);
    }

    /** Width of one head, worked out where {@link #headDim} is 0. */
    public int resolvedHeadDim() {
        return headDim > 0 ? headDim : hiddenSize / heads;
    }

    // The same settings with one of them changed.

    public ModelConfig withWeights(String value) {
        return Records.with(this, "weights", value);
    }

    public ModelConfig withVocabSize(int value) {
        return Records.with(this, "vocabSize", value);
    }

    public ModelConfig withHiddenSize(int value) {
        return Records.with(this, "hiddenSize", value);
    }

    public ModelConfig withIntermediateSize(int value) {
        return Records.with(this, "intermediateSize", value);
    }

    public ModelConfig withLayers(int value) {
        return Records.with(this, "layers", value);
    }

    public ModelConfig withHeads(int value) {
        return Records.with(this, "heads", value);
    }

    public ModelConfig withKvHeads(int value) {
        return Records.with(this, "kvHeads", value);
    }

    public ModelConfig withHeadDim(int value) {
        return Records.with(this, "headDim", value);
    }

    public ModelConfig withRopeTheta(double value) {
        return Records.with(this, "ropeTheta", value);
    }

    public ModelConfig withRmsNormEps(double value) {
        return Records.with(this, "rmsNormEps", value);
    }

    public ModelConfig withSlidingWindow(int value) {
        return Records.with(this, "slidingWindow", value);
    }

    public ModelConfig withTiedEmbeddings(boolean value) {
        return Records.with(this, "tiedEmbeddings", value);
    }

    public ModelConfig withMaxPositions(int value) {
        return Records.with(this, "maxPositions", value);
    }

    public ModelConfig withInitializerRange(double value) {
        return Records.with(this, "initializerRange", value);
    }

    public ModelConfig withFamily(String value) {
        return Records.with(this, "family", value);
    }

    public ModelConfig withRopeScalingFactor(double value) {
        return Records.with(this, "ropeScalingFactor", value);
    }

    public ModelConfig withRopeLowFrequencyFactor(double value) {
        return Records.with(this, "ropeLowFrequencyFactor", value);
    }

    public ModelConfig withRopeHighFrequencyFactor(double value) {
        return Records.with(this, "ropeHighFrequencyFactor", value);
    }

    public ModelConfig withRopeOriginalPositions(int value) {
        return Records.with(this, "ropeOriginalPositions", value);
    }
}
