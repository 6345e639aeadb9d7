package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Names of the decoder's variables, the same in every graph, so that a value can be found, and carried from one graph to
 * another, by its name. R rows go through the decoder together; all variables have one row for each.
 */
public final class DecoderNames {
    /** Residual stream that enters the layer, [R, D]. */
    public static final String INPUT = "input";
    /** (mean(x²) + eps)^−½ before the attention, [R, 1]; of LayerNorm, the variance takes the mean's place. */
    public static final String NORM1_SCALE = "norm1.scale";
    /** Normed input of the attention, [R, D]. */
    public static final String NORM1 = "norm1";
    /** Queries before their norm, [R, H·E]; only with norms of queries and keys. */
    public static final String RAW_QUERIES = "q.raw";
    /** Keys before their norm, [R, KV·E]; only with norms of queries and keys. */
    public static final String RAW_KEYS = "k.raw";
    /** Rotated queries, divided by √E, [R, H·E]. */
    public static final String QUERIES = "q";
    /** Rotated keys, [R, KV·E]. */
    public static final String KEYS = "k";
    /** Values, [R, KV·E]. */
    public static final String VALUES = "v";
    /** What the output projection of the attention reads, [R, H·E]. */
    public static final String ATTENTION = "attention";
    /** Residual stream after the attention, [R, D]. */
    public static final String MID = "mid";
    /** (mean(x²) + eps)^−½ before the feed-forward part, [R, 1]. */
    public static final String NORM2_SCALE = "norm2.scale";
    /** Normed input of the feed-forward part, [R, D]. */
    public static final String NORM2 = "norm2";
    /** Gate before its activation, [R, F]. */
    public static final String GATE = "gate";
    /** [R, F]; only with SwiGLU. */
    public static final String UP = "up";
    /** Sigmoid of the gate, or of the polynomial of it that makes GELU, [R, F]. */
    public static final String SIGMOID = "sigmoid";
    /** silu(gate)·up or gelu(gate), which the down projection reads, [R, F]. */
    public static final String ACT = "act";
    /** (mean(x²) + eps)^−½ of the final norm, [R, 1]. */
    public static final String FINAL_SCALE = "final.norm.scale";
    /** Hidden states after the final norm, [R, D]. */
    public static final String FINAL = "hidden.final";

    private DecoderNames() {}

    /** Name of the variable {@code part} of layer {@code layer}, counted from 0. */
    public static String layer(int layer, String part) {
        return "layers." + layer + "." + part;
    }

    /** Name of mean(x²) + eps [R, 1], of which a norm's scale is the power −½. */
    public static String square(String scale) {
        return scale + ".square";
    }

    /** Name of the residual stream [R, D] after {@code layers} layers: what enters the next one, or the final norm. */
    public static String state(int layers) {
        return layer(layers, INPUT);
    }

    /**
     * Names a variable. Where a graph takes several groups of rows through the decoder, the first group has the names,
     * and the variables of the others keep those that SameDiff gave them.
     */
    public static SDVariable give(String name, SDVariable x) {
        if (!x.getSameDiff().hasVariable(name)) {
            x.rename(name);
        }
        return x;
    }
}
