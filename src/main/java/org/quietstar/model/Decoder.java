package org.quietstar.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.family.Architecture;
import org.quietstar.model.family.Families;
import org.quietstar.model.family.Part;
import org.quietstar.samediff.ScatterAddGather;

/**
 * A decoder in one SameDiff graph: layers of attention and a feed-forward part, each on a normed copy of the residual
 * stream. What differs between families stands in their {@link Architecture}. Tokens are rows of one matrix, whatever
 * they are for; the {@link AttentionPattern} alone knows which rows see which. Variables are named as in
 * {@link DecoderNames}.
 */
public final class Decoder {
    private static final double GELU_SCALE = 2 * Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBE = GELU_SCALE * 0.044715;

    private final SameDiff sd;
    private final ModelConfig model;
    private final Parameters parameters;
    private final DataType type;
    private final Architecture kind;
    private final int maxPosition;

    /**
     * Builds into {@code sd}, with variables for those parameters that are used.
     *
     * @param maxPosition largest position that any row has
     * @throws IllegalArgumentException where learned positions do not reach so far
     */
    public Decoder(SameDiff sd, ModelConfig model, Parameters parameters, int maxPosition) {
        this.maxPosition = maxPosition;
        this.sd = sd;
        this.model = model;
        this.parameters = parameters;
        this.type = parameters.dataType();
        this.kind = Families.architecture(model);
        if (kind.positions() == Architecture.Positions.LEARNED && maxPosition >= model.maxPositions()) {
            throw new IllegalArgumentException(
                    "Position " + maxPosition + " has no vector; there are " + model.maxPositions());
        }
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
        return new ScatterAddGather(sd, parameter(kind.embedding()), ids).outputVariable();
    }

    /** Rows [n, D] of the output head for token ids [n]. */
    public SDVariable headRows(SDVariable ids) {
        return new ScatterAddGather(sd, parameter(DecoderParameters.head(model)), ids).outputVariable();
    }

    /** What went through the layers. {@code states.get(i)} is the residual stream [R, D] after i layers. */
    public record Hidden(List<SDVariable> states, SDVariable normed) {}

    /** Takes embeddings [R, D] through all layers and the final norm. */
    public Hidden layers(SDVariable embeddings, AttentionPattern pattern) {
        Positions positions = positions(pattern);
        List<SDVariable> states = new ArrayList<>();
        SDVariable x = DecoderNames.give(DecoderNames.state(0), positions.enter(embeddings));
        states.add(x);
        for (int i = 0; i < model.layers(); i++) {
            x = DecoderNames.give(DecoderNames.state(i + 1), layer(i, x, positions, pattern));
            states.add(x);
        }
        SDVariable normed = norm(x, kind.finalNorm(), kind.finalNormBias(), DecoderNames.FINAL_SCALE);
        return new Hidden(List.copyOf(states), DecoderNames.give(DecoderNames.FINAL, normed));
    }

    private Positions positions(AttentionPattern pattern) {
        return switch (kind.positions()) {
            case ROTARY -> new Rotary(sd, model, pattern.positions(), pattern.rows(), maxPosition, type);
            case LEARNED ->
                new LearnedPositions(
                        parameter(kind.positionTable()),
                        pattern.positions(),
                        HeadShape.of(model).width());
        };
    }

    /** Logits [n, V] of final hidden states [n, D]. */
    public SDVariable logits(SDVariable hidden) {
        return sd.mmul(hidden, parameter(DecoderParameters.head(model)), false, true, false);
    }

    private SDVariable layer(int i, SDVariable x, Positions positions, AttentionPattern pattern) {
        SDVariable y = named(i, DecoderNames.NORM1, norm(x, i, Part.NORM1, DecoderNames.NORM1_SCALE));
        Projected projected = project(i, y, pattern.rows());
        SDVariable q = named(i, DecoderNames.QUERIES, positions.queries(projected.queries.get()));
        SDVariable k = named(i, DecoderNames.KEYS, positions.keys(projected.keys.get()));
        SDVariable v = named(i, DecoderNames.VALUES, projected.values.get());
        SDVariable attention = named(i, DecoderNames.ATTENTION, pattern.attend(i, q, k, v));
        SDVariable mid = named(i, DecoderNames.MID, x.add(linear(attention, i, Part.ATTENTION_OUT)));
        SDVariable z = named(i, DecoderNames.NORM2, norm(mid, i, Part.NORM2, DecoderNames.NORM2_SCALE));
        return mid.add(linear(feedForward(i, z), i, Part.DOWN));
    }

    /** Each is made when it is asked for, so that a graph's ops stand in the order in which they are needed. */
    private record Projected(Supplier<SDVariable> queries, Supplier<SDVariable> keys, Supplier<SDVariable> values) {}

    private Projected project(int i, SDVariable y, int rows) {
        if (kind.fused()) {
            SDVariable all = linear(y, i, Part.FUSED);
            HeadShape heads = HeadShape.of(model);
            int q = heads.queryWidth();
            int k = heads.keyWidth();
            return new Projected(
                    () -> columns(all, rows, 0, q), () -> columns(all, rows, q, k), () -> columns(all, rows, q + k, k));
        }
        if (kind.queryKeyNorm()) {
            return new Projected(
                    () -> normOfHeads(
                            named(i, DecoderNames.RAW_QUERIES, linear(y, i, Part.QUERIES)), i, Part.QUERY_NORM, rows),
                    () -> normOfHeads(named(i, DecoderNames.RAW_KEYS, linear(y, i, Part.KEYS)), i, Part.KEY_NORM, rows),
                    () -> linear(y, i, Part.VALUES));
        }
        return new Projected(
                () -> linear(y, i, Part.QUERIES), () -> linear(y, i, Part.KEYS), () -> linear(y, i, Part.VALUES));
    }

    private SDVariable columns(SDVariable x, int rows, int from, int count) {
        return sd.slice(x, new int[] {0, from}, rows, count);
    }

    /** Each head [E] of each row normed for itself. */
    private SDVariable normOfHeads(SDVariable x, int i, Part part, int rows) {
        HeadShape heads = HeadShape.of(model);
        int width = part == Part.QUERY_NORM ? heads.queryWidth() : heads.keyWidth();
        SDVariable each = sd.reshape(x, (long) rows * (width / heads.width()), heads.width());
        SDVariable scale = sd.math.rsqrt(sd.mean(each.mul(each), true, 1).add(constant(model.rmsNormEps())));
        return sd.reshape(each.mul(scale).mul(parameter(kind.weight(i, part))), rows, width);
    }

    private SDVariable feedForward(int i, SDVariable z) {
        SDVariable gate = named(i, DecoderNames.GATE, linear(z, i, Part.GATE));
        return switch (kind.feedForward()) {
            case SWIGLU -> {
                SDVariable up = named(i, DecoderNames.UP, linear(z, i, Part.UP));
                SDVariable sigmoid = named(i, DecoderNames.SIGMOID, sd.nn.sigmoid(gate));
                yield named(i, DecoderNames.ACT, gate.mul(sigmoid).mul(up));
            }
            case GELU -> {
                // ½·(1 + tanh(u)) = sigmoid(2u), with u = √(2/π)·(x + 0.044715·x³)
                SDVariable polynomial = gate.mul(gate).mul(constant(GELU_CUBE)).add(constant(GELU_SCALE));
                SDVariable sigmoid = named(i, DecoderNames.SIGMOID, sd.nn.sigmoid(gate.mul(polynomial)));
                yield named(i, DecoderNames.ACT, gate.mul(sigmoid));
            }
        };
    }

    private static SDVariable named(int layer, String part, SDVariable x) {
        return DecoderNames.give(DecoderNames.layer(layer, part), x);
    }

    private SDVariable linear(SDVariable x, int layer, Part part) {
        String weight = kind.weight(layer, part);
        SDVariable product = sd.mmul(x, parameter(weight), false, !kind.inputFirst(), false);
        SDVariable y = kind.hasBias(part) ? product.add(parameter(kind.bias(layer, part))) : product;
        return LoraAdapters.has(parameters, weight) ? y.add(adapter(weight, x)) : y;
    }

    /** What a map's low-rank adapter makes of x: (alpha / rank)·(x·Aᵀ)·Bᵀ */
    private SDVariable adapter(String weight, SDVariable x) {
        SDVariable narrow = sd.mmul(x, parameter(LoraAdapters.nameOfA(weight)), false, true, false); // [R, rank]
        SDVariable scaled = narrow.mul(constant(LoraAdapters.scaling(parameters, weight)));
        return sd.mmul(scaled, parameter(LoraAdapters.nameOfB(weight)), false, true, false);
    }

    private SDVariable norm(SDVariable x, int layer, Part part, String scaleName) {
        return norm(x, kind.weight(layer, part), kind.bias(layer, part), DecoderNames.layer(layer, scaleName));
    }

    /** x · (mean(x²) + eps)^−½ · weight; of LayerNorm the mean is taken off first, and a bias added. */
    private SDVariable norm(SDVariable x, String weight, String bias, String scaleName) {
        boolean layerNorm = kind.norm() == Architecture.Norm.LAYER;
        SDVariable centred = layerNorm ? x.sub(sd.mean(x, true, 1)) : x;
        SDVariable meanSquare = sd.mean(centred.mul(centred), true, 1); // [R, 1]
        SDVariable square =
                DecoderNames.give(DecoderNames.square(scaleName), meanSquare.add(constant(model.rmsNormEps())));
        SDVariable scale = DecoderNames.give(scaleName, sd.math.rsqrt(square));
        SDVariable scaled = centred.mul(scale).mul(parameter(weight));
        return layerNorm ? scaled.add(parameter(bias)) : scaled;
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
