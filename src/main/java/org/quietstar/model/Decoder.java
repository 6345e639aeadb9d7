package org.quietstar.model;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.samediff.ScatterAddGather;

/**
 * A decoder of the Llama/Mistral kind in one SameDiff graph: RMSNorm, rotary positions, grouped-query attention,
 * SwiGLU, no biases. Tokens are rows of one matrix, whatever they are for; the {@link AttentionPattern} alone knows
 * which rows see which. Variables are named as in {@link DecoderNames}.
 */
public final class Decoder {
    private final SameDiff sd;
    private final ModelConfig model;
    private final Parameters parameters;
    private final DataType type;
    private final int maxPosition;

    /**
     * Builds into {@code sd}, with variables for those parameters that are used.
     *
     * @param maxPosition largest rotary position that any row has
     */
    public Decoder(SameDiff sd, ModelConfig model, Parameters parameters, int maxPosition) {
        this.maxPosition = maxPosition;
        this.sd = sd;
        this.model = model;
        this.parameters = parameters;
        this.type = parameters.dataType();
    }

    /** The variable of a parameter, declared at first use and bound to the parameter's own array. */
    public SDVariable parameter(String name) {
        return sd.hasVariable(name) ? sd.getVariable(name) : sd.var(name, parameters.get(name));
    }

    /** D */
    public int width() {
        return model.hiddenSize();
    }

    /** Embeddings [n, D] of token ids [n]. */
    public SDVariable embed(SDVariable ids) {
        return new ScatterAddGather(sd, parameter(DecoderParameters.EMBEDDING), ids).outputVariable();
    }

    /** Rows [n, D] of the output head for token ids [n]. */
    public SDVariable headRows(SDVariable ids) {
        return new ScatterAddGather(sd, parameter(DecoderParameters.head(model)), ids).outputVariable();
    }

    /** What went through the layers. {@code states.get(i)} is the residual stream [R, D] after i layers. */
    public record Hidden(List<SDVariable> states, SDVariable normed) {}

    /** Takes embeddings [R, D] through all layers and the final norm. */
    public Hidden layers(SDVariable embeddings, AttentionPattern pattern) {
        var rotary = new Rotary(sd, model, pattern.positions(), pattern.rows(), maxPosition, type);
        List<SDVariable> states = new ArrayList<>();
        SDVariable x = DecoderNames.give(DecoderNames.state(0), embeddings);
        states.add(x);
        for (int i = 0; i < model.layers(); i++) {
            x = DecoderNames.give(DecoderNames.state(i + 1), layer(i, x, rotary, pattern));
            states.add(x);
        }
        SDVariable normed = norm(x, DecoderParameters.FINAL_NORM, DecoderNames.FINAL_SCALE);
        return new Hidden(List.copyOf(states), DecoderNames.give(DecoderNames.FINAL, normed));
    }

    /** Logits [n, V] of final hidden states [n, D]. */
    public SDVariable logits(SDVariable hidden) {
        return sd.mmul(hidden, parameter(DecoderParameters.head(model)), false, true, false);
    }

    private SDVariable layer(int i, SDVariable x, Rotary rotary, AttentionPattern pattern) {
        String norm1 = DecoderParameters.layer(i, "input_layernorm");
        SDVariable y = named(i, DecoderNames.NORM1, norm(x, norm1, DecoderNames.layer(i, DecoderNames.NORM1_SCALE)));
        SDVariable q = named(i, DecoderNames.QUERIES, rotary.rotateQueries(linear(y, i, "self_attn.q_proj")));
        SDVariable k = named(i, DecoderNames.KEYS, rotary.rotateKeys(linear(y, i, "self_attn.k_proj")));
        SDVariable v = named(i, DecoderNames.VALUES, linear(y, i, "self_attn.v_proj"));
        SDVariable attention = named(i, DecoderNames.ATTENTION, pattern.attend(i, q, k, v));
        SDVariable mid = named(i, DecoderNames.MID, x.add(linear(attention, i, "self_attn.o_proj")));
        String norm2 = DecoderParameters.layer(i, "post_attention_layernorm");
        SDVariable z = named(i, DecoderNames.NORM2, norm(mid, norm2, DecoderNames.layer(i, DecoderNames.NORM2_SCALE)));
        SDVariable gate = named(i, DecoderNames.GATE, linear(z, i, "mlp.gate_proj"));
        SDVariable up = named(i, DecoderNames.UP, linear(z, i, "mlp.up_proj"));
        SDVariable sigmoid = named(i, DecoderNames.SIGMOID, sd.nn.sigmoid(gate));
        SDVariable act = named(i, DecoderNames.ACT, gate.mul(sigmoid).mul(up));
        return mid.add(linear(act, i, "mlp.down_proj"));
    }

    private static SDVariable named(int layer, String part, SDVariable x) {
        return DecoderNames.give(DecoderNames.layer(layer, part), x);
    }

    private SDVariable linear(SDVariable x, int layer, String part) {
        String weight = DecoderParameters.layer(layer, part);
        return adapted(weight, x, sd.mmul(x, parameter(weight), false, true, false));
    }

    /** What the map makes of x, with its low-rank adapter's part where it has one: y + (alpha / rank)·(x·Aᵀ)·Bᵀ */
    private SDVariable adapted(String weight, SDVariable x, SDVariable y) {
        if (!LoraAdapters.has(parameters, weight)) {
            return y;
        }
        SDVariable narrow = sd.mmul(x, parameter(LoraAdapters.nameOfA(weight)), false, true, false); // [R, rank]
        SDVariable scaled = narrow.mul(constant(LoraAdapters.scaling(parameters, weight)));
        return y.add(sd.mmul(scaled, parameter(LoraAdapters.nameOfB(weight)), false, true, false));
    }

    /** x · (mean(x²) + eps)^−½ · weight */
    private SDVariable norm(SDVariable x, String weight, String scaleName) {
        SDVariable meanSquare = sd.mean(x.mul(x), true, 1); // [R, 1]
        SDVariable square =
                DecoderNames.give(DecoderNames.square(scaleName), meanSquare.add(constant(model.rmsNormEps())));
        SDVariable scale = DecoderNames.give(scaleName, sd.math.rsqrt(square));
        return x.mul(scale).mul(parameter(weight));
    }

    /** A scalar of the graph's type. Each use gets a constant of its own. */
    private SDVariable constant(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }

    /** A constant array of the graph's type. */
    public SDVariable constant(INDArray array) {
        return sd.constant(array.castTo(type));
    }
}
