package org.quietstar.model.family;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.quietstar.config.ModelConfig;

/**
 * GPT-2: LayerNorm, learned positions, GELU, biases everywhere, queries, keys and values in one tensor, matrices stored
 * [in, out]. Tensors stay as the files have them.
 */
final class Gpt2 implements Family {
    private static final Pattern MASK = Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");

    private static final Architecture ARCHITECTURE = new Architecture(
            Architecture.Norm.LAYER,
            Architecture.Positions.LEARNED,
            Architecture.FeedForward.GELU,
            true,
            true,
            false,
            true,
            true,
            new Architecture.Names(
                    "transformer.",
                    "wte.weight",
                    "wpe.weight",
                    "h.",
                    "ln_f",
                    Map.of(
                            LayerPart.NORM1, "ln_1",
                            LayerPart.FUSED, "attn.c_attn",
                            LayerPart.ATTENTION_OUT, "attn.c_proj",
                            LayerPart.NORM2, "ln_2",
                            LayerPart.GATE, "mlp.c_fc",
                            LayerPart.DOWN, "mlp.c_proj")));

    @Override
    public String name() {
        return "gpt2";
    }

    @Override
    public String className() {
        return "GPT2LMHeadModel";
    }

    @Override
    public Architecture architecture() {
        return ARCHITECTURE;
    }

    @Override
    public ModelConfig read(HfConfig json) {
        json.requireOneOf("activation_function", "gelu_new", "gelu_pytorch_tanh");
        json.requireOneOf("scale_attn_weights", true);
        json.requireOneOf("scale_attn_by_inverse_layer_idx", false);
        json.requireOneOf("add_cross_attention", false);
        json.requireNotQuantised();
        int width = json.size("n_embd");
        int heads = json.size("n_head");
        if (width % heads != 0) {
            throw json.unsupported("n_head", "it must divide n_embd");
        }
        return ModelConfig.defaults()
                .withFamily(name())
                .withWeights(json.folder())
                .withVocabSize(json.size("vocab_size"))
                .withHiddenSize(width)
                .withIntermediateSize(json.size("n_inner", 4 * width))
                .withLayers(json.size("n_layer"))
                .withHeads(heads)
                .withKvHeads(heads)
                .withHeadDim(width / heads)
                .withRmsNormEps(json.number("layer_norm_epsilon", 1e-5))
                .withTiedEmbeddings(json.flag("tie_word_embeddings", true))
                .withMaxPositions(json.size("n_positions", json.size("n_ctx", 1024)))
                .withInitializerRange(json.number("initializer_range", 0.02));
    }

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("activation_function", "gelu_new");
        json.put("n_embd", model.hiddenSize());
        json.put("n_inner", model.intermediateSize());
        json.put("n_layer", model.layers());
        json.put("n_head", model.heads());
        json.put("n_positions", model.maxPositions());
        json.put("n_ctx", model.maxPositions());
        json.put("vocab_size", model.vocabSize());
        json.put("layer_norm_epsilon", model.rmsNormEps());
        json.put("tie_word_embeddings", model.tiedEmbeddings());
        json.put("initializer_range", model.initializerRange());
        return json;
    }

    @Override
    public void check(ModelConfig model) {
        RotaryFamily.requireNoWindow(model);
        if (model.kvHeads() != model.heads()) {
            throw Families.conflict(model, "kvHeads", model.kvHeads(), "as many as model.heads, " + model.heads());
        }
        if (model.resolvedHeadDim() * model.heads() != model.hiddenSize()) {
            throw Families.conflict(model, "headDim", model.headDim(), "0, which means hiddenSize / heads");
        }
        if (model.ropeScalingFactor() != 1) {
            throw Families.conflict(
                    model, "ropeScalingFactor", model.ropeScalingFactor(), "1, since its positions are learned");
        }
    }

    /** The causal mask, which old files hold for each layer. */
    @Override
    public boolean isDerived(String tensor) {
        return MASK.matcher(tensor).matches();
    }
}
