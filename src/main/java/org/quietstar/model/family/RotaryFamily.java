package org.quietstar.model.family;

import java.util.LinkedHashMap;
import java.util.Map;
import org.quietstar.config.ModelConfig;

/** What the {@code config.json} of Llama and its kin have in common: sizes, rotary positions, RMSNorm. */
abstract class RotaryFamily implements Family {
    /** Keys of this shape change the function, whatever the family. */
    private static void requireCommon(HfConfig json) {
        json.requireOneOf("hidden_act", "silu", "swish");
        json.requireOneOf("mlp_bias", false);
        json.requireNotQuantised();
    }

    @Override
    public ModelConfig read(HfConfig json) {
        requireCommon(json);
        int heads = json.size("num_attention_heads");
        int width = json.size("hidden_size");
        int positions = json.size("max_position_embeddings");
        int headDim = headDim(json, width, heads);
        ModelConfig model = ModelConfig.defaults()
                .withFamily(name())
                .withWeights(json.folder())
                .withVocabSize(json.size("vocab_size"))
                .withHiddenSize(width)
                .withIntermediateSize(json.size("intermediate_size"))
                .withLayers(json.size("num_hidden_layers"))
                .withHeads(heads)
                .withKvHeads(keyValueHeads(json, heads))
                .withHeadDim(headDim)
                .withRmsNormEps(json.number("rms_norm_eps", 1e-6))
                .withSlidingWindow(slidingWindow(json))
                .withTiedEmbeddings(json.flag("tie_word_embeddings", false))
                .withMaxPositions(positions)
                .withInitializerRange(json.number("initializer_range", 0.02));
        return new RopeSettings(json).into(model, positions);
    }

    /** Width of a head where the file names none. */
    int headDim(HfConfig json, int width, int heads) {
        if (json.has("head_dim")) {
            return json.size("head_dim");
        }
        if (width % heads != 0) {
            throw json.unsupported("num_attention_heads", "it must divide hidden_size where there is no head_dim");
        }
        return width / heads;
    }

    int keyValueHeads(HfConfig json, int heads) {
        int found = json.size("num_key_value_heads", heads);
        if (heads % found != 0) {
            throw json.unsupported("num_key_value_heads", "it must divide num_attention_heads");
        }
        return found;
    }

    /** Keys that are seen; 0 means all. */
    abstract int slidingWindow(HfConfig json);

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("hidden_act", "silu");
        json.put("hidden_size", model.hiddenSize());
        json.put("intermediate_size", model.intermediateSize());
        json.put("num_hidden_layers", model.layers());
        json.put("num_attention_heads", model.heads());
        json.put("num_key_value_heads", model.kvHeads());
        json.put("head_dim", model.resolvedHeadDim());
        json.put("vocab_size", model.vocabSize());
        json.put("max_position_embeddings", model.maxPositions());
        json.put("rms_norm_eps", model.rmsNormEps());
        json.put("rope_theta", model.ropeTheta());
        json.put("rope_scaling", scaling(model));
        json.put("tie_word_embeddings", model.tiedEmbeddings());
        json.put("initializer_range", model.initializerRange());
        return json;
    }

    private static Map<String, Object> scaling(ModelConfig model) {
        if (model.ropeScalingFactor() == 1) {
            return null;
        }
        Map<String, Object> scaling = new LinkedHashMap<>();
        scaling.put("rope_type", "llama3");
        scaling.put("factor", model.ropeScalingFactor());
        scaling.put("low_freq_factor", model.ropeLowFrequencyFactor());
        scaling.put("high_freq_factor", model.ropeHighFrequencyFactor());
        scaling.put("original_max_position_embeddings", model.ropeOriginalPositions());
        return scaling;
    }

    /** For families whose windows differ from layer to layer: there is none here. */
    static void requireNoWindow(ModelConfig model) {
        if (model.slidingWindow() > 0) {
            throw Families.conflict(
                    model, "slidingWindow", model.slidingWindow(), "0, or a window with model.family mistral");
        }
    }
}
