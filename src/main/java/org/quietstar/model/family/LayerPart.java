package org.quietstar.model.family;

/** Parts of a decoder layer that have parameters, under the names that most families give them. */
public enum LayerPart {
    /** Norm before the attention, [D]. */
    NORM1("input_layernorm"),
    /** [H·E, D] */
    QUERIES("self_attn.q_proj"),
    /** [KV·E, D] */
    KEYS("self_attn.k_proj"),
    /** [KV·E, D] */
    VALUES("self_attn.v_proj"),
    /** Queries, keys and values in one matrix, [(H + 2·KV)·E, D]; instead of the three. */
    FUSED("self_attn.qkv_proj"),
    /** Norm of each head's query, [E]. */
    QUERY_NORM("self_attn.q_norm"),
    /** Norm of each head's key, [E]. */
    KEY_NORM("self_attn.k_norm"),
    /** [D, H·E] */
    ATTENTION_OUT("self_attn.o_proj"),
    /** Norm before the feed-forward part, [D]. */
    NORM2("post_attention_layernorm"),
    /** What the activation is applied to, [F, D]. */
    GATE("mlp.gate_proj"),
    /** What the activated gate is multiplied with, [F, D]; only with SwiGLU. */
    UP("mlp.up_proj"),
    /** [D, F] */
    DOWN("mlp.down_proj");

    private final String usualName;

    LayerPart(String usualName) {
        this.usualName = usualName;
    }

    /** Name within a layer, as Llama and similar families have it. */
    String usualName() {
        return usualName;
    }

    /** Whether it is the scale of a norm, which has one dimension. */
    public boolean isNorm() {
        return this == NORM1 || this == NORM2 || this == QUERY_NORM || this == KEY_NORM;
    }
}
