package org.quietstar.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;

/** The decoder's parameters under their Hugging Face names. Matrices are stored [out, in]. */
public final class DecoderParameters {
    public static final String EMBEDDING = "model.embed_tokens.weight";
    public static final String FINAL_NORM = "model.norm.weight";
    public static final String HEAD = "lm_head.weight";

    private DecoderParameters() {}

    /** Name of a parameter of layer {@code layer}, {@code part} as in "self_attn.q_proj". */
    public static String layer(int layer, String part) {
        return "model.layers." + layer + "." + part + ".weight";
    }

    /** Name of the matrix that turns hidden states into logits. */
    public static String head(ModelConfig model) {
        return model.tiedEmbeddings() ? EMBEDDING : HEAD;
    }

    /** Every parameter's shape, in the order of the graph. */
    public static Map<String, long[]> shapes(ModelConfig model) {
        long d = model.hiddenSize();
        long f = model.intermediateSize();
        long queries = (long) model.heads() * model.resolvedHeadDim();
        long keys = (long) model.kvHeads() * model.resolvedHeadDim();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(EMBEDDING, new long[] {model.vocabSize(), d});
        for (int i = 0; i < model.layers(); i++) {
            shapes.put(layer(i, "input_layernorm"), new long[] {d});
            shapes.put(layer(i, "self_attn.q_proj"), new long[] {queries, d});
            shapes.put(layer(i, "self_attn.k_proj"), new long[] {keys, d});
            shapes.put(layer(i, "self_attn.v_proj"), new long[] {keys, d});
            shapes.put(layer(i, "self_attn.o_proj"), new long[] {d, queries});
            shapes.put(layer(i, "post_attention_layernorm"), new long[] {d});
            shapes.put(layer(i, "mlp.gate_proj"), new long[] {f, d});
            shapes.put(layer(i, "mlp.up_proj"), new long[] {f, d});
            shapes.put(layer(i, "mlp.down_proj"), new long[] {d, f});
        }
        shapes.put(FINAL_NORM, new long[] {d});
        if (!model.tiedEmbeddings()) {
            shapes.put(HEAD, new long[] {model.vocabSize(), d});
        }
        return shapes;
    }

    /** Random parameters: norms one, everything else N(0, initializerRange). */
    public static Parameters random(ModelConfig model, DataType type, long seed) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        shapes(model)
                .forEach((name, shape) -> arrays.put(
                        name,
                        shape.length == 1
                                ? Nd4j.ones(type, shape)
                                : Parameters.normal(type, seed, name, model.initializerRange(), shape)));
        return new Parameters(arrays);
    }
}
