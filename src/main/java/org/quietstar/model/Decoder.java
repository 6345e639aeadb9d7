package org.quietstar.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.LearnedPositions;
import org.quietstar.model.attention.PositionEncoding;
import org.quietstar.model.attention.Rotary;
import org.quietstar.model.family.Architecture;
import org.quietstar.model.family.Families;
import org.quietstar.model.family.LayerPart;
import org.quietstar.samediff.GatherWithGradient;

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
    private final Function<String, SDVariable> declaration;
    private final Map<String, Integer> kept = new LinkedHashMap<>();

    /**
     * Builds into {@code sd}, with variables for those parameters that are used.
     *
     * @param maxPosition largest position that any row has
     * @throws IllegalArgumentException where learned positions do not reach so far
     */
    public Decoder(SameDiff sd, ModelConfig model, Parameters parameters, int maxPosition) {
        this(sd, model, parameters, parameters.dataType(), maxPosition, name -> sd.var(name, parameters.get(name)));
    }

    /** As the public one, with parameters that {@code declaration} declares by their names. */
    Decoder(
            SameDiff sd,
            ModelConfig model,
            Parameters parameters,
            DataType type,
            int maxPosition,
            Function<String, SDVariable> declaration) {
        this.maxPosition = maxPosition;
        this.declaration = declaration;
        this.sd = sd;
        this.model = model;
        this.parameters = parameters;
        this.type = type;
        this.kind = Families.architecture(model);
        if (kind.positions() == Architecture.Positions.LEARNED && maxPosition >= model.maxPositions()) {
            throw new IllegalArgumentException(
                    "Position " + maxPosition + " has no vector; there are " + model.maxPositions());
        }
    }

    /** Widths of the variables that were kept, by name. */
    Map<String, Integer> kept() {
        return Collections.unmodifiableMap(kept);
    }

    /** The variable of a parameter, declared at first use and bound to the parameter's own array. */
    public SDVariable parameter(String name) {
        return sd.hasVariable(name) ? sd.getVariable(name) : declaration.apply(name);
    }

    /** D */
    public int width() {
        return model.hiddenSize();
    }

    /** Embeddings [n, D] of token ids [n]. */
    public SDVariable embed(SDVariable ids) {
        return new GatherWithGradient(sd, parameter(kind.embedding()), ids).outputVariable();
    }

    /** Rows [n, D] of the output head for token ids [n]. */
    public SDVariable headRows(SDVariable ids) {
        return new GatherWithGradient(sd, parameter(DecoderParameters.head(model)), ids).outputVariable();
    }

    /** What went through the layers. {@code states.get(i)} is the residual stream [R, D] after i layers. */
    public record Hidden(List<SDVariable> states, SDVariable normed) {}

    /** Takes embeddings [R, D] through all layers and the final norm. */
    public Hidden layers(SDVariable embeddings, AttentionPattern pattern) {
        return layers(embeddings, pattern, model.layers());
    }

    /** As {@link #layers(SDVariable, AttentionPattern)}, through the first {@code count} layers only. */
    Hidden layers(SDVariable embeddings, AttentionPattern pattern, int count) {
        PositionEncoding positions = positions(pattern);
        List<SDVariable> states = new ArrayList<>();
        SDVariable x = keep(DecoderNames.state(0), model.hiddenSize(), positions.embed(embeddings));
        states.add(x);
        for (int i = 0; i < count; i++) {
            x = keep(DecoderNames.state(i + 1), model.hiddenSize(), layer(i, x, positions, pattern));
            states.add(x);
        }
        SDVariable normed = norm(x, kind.finalNorm(), kind.finalNormBias(), DecoderNames.FINAL_SCALE);
        return new Hidden(List.copyOf(states), keep(DecoderNames.FINAL, model.hiddenSize(), normed));
    }

    private PositionEncoding positions(AttentionPattern pattern) {
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

    private SDVariable layer(int i, SDVariable x, PositionEncoding positions, AttentionPattern pattern) {
        int d = model.hiddenSize();
        int queryWidth = HeadShape.of(model).queryWidth();
        SDVariable y = keep(i, DecoderNames.NORM1, d, norm(x, i, LayerPart.NORM1, DecoderNames.NORM1_SCALE));
        Projected projected = project(i, y, pattern.rows());
        SDVariable q = keep(i, DecoderNames.QUERIES, queryWidth, positions.queries(projected.queries));
        SDVariable k = named(i, DecoderNames.KEYS, positions.keys(projected.keys));
        SDVariable v = named(i, DecoderNames.VALUES, projected.values);
        SDVariable attention = keep(i, DecoderNames.ATTENTION, queryWidth, pattern.attend(new LayerOf(i), q, k, v));
        SDVariable mid = keep(i, DecoderNames.MID, d, x.add(linear(attention, i, LayerPart.ATTENTION_OUT)));
        SDVariable z = keep(i, DecoderNames.NORM2, d, norm(mid, i, LayerPart.NORM2, DecoderNames.NORM2_SCALE));
        return mid.add(linear(feedForward(i, z), i, LayerPart.DOWN));
    }

    /** Before positions; [R, queryWidth] and twice [R, keyWidth]. */
    private record Projected(SDVariable queries, SDVariable keys, SDVariable values) {}

    private Projected project(int i, SDVariable y, int rows) {
        HeadShape heads = HeadShape.of(model);
        if (kind.fused()) {
            SDVariable all = linear(y, i, LayerPart.FUSED);
            int q = heads.queryWidth();
            int k = heads.keyWidth();
            return new Projected(columns(all, rows, 0, q), columns(all, rows, q, k), columns(all, rows, q + k, k));
        }
        if (kind.queryKeyNorm()) {
            return new Projected(
                    normOfHeads(
                            keep(i, DecoderNames.RAW_QUERIES, heads.queryWidth(), linear(y, i, LayerPart.QUERIES)),
                            i,
                            LayerPart.QUERY_NORM,
                            rows),
                    normOfHeads(
                            keep(i, DecoderNames.RAW_KEYS, heads.keyWidth(), linear(y, i, LayerPart.KEYS)),
                            i,
                            LayerPart.KEY_NORM,
                            rows),
                    linear(y, i, LayerPart.VALUES));
        }
        return new Projected(
                linear(y, i, LayerPart.QUERIES), linear(y, i, LayerPart.KEYS), linear(y, i, LayerPart.VALUES));
    }

    private SDVariable columns(SDVariable x, int rows, int from, int count) {
        return sd.slice(x, new int[] {0, from}, rows, count);
    }

    /** Each head [E] of each row normed for itself. */
    private SDVariable normOfHeads(SDVariable x, int i, LayerPart part, int rows) {
        HeadShape heads = HeadShape.of(model);
        int width = part == LayerPart.QUERY_NORM ? heads.queryWidth() : heads.keyWidth();
        SDVariable each = sd.reshape(x, (long) rows * (width / heads.width()), heads.width());
        SDVariable scale = sd.math.rsqrt(sd.mean(each.mul(each), true, 1).add(constant(model.rmsNormEps())));
        return sd.reshape(each.mul(scale).mul(parameter(kind.weight(i, part))), rows, width);
    }

    private SDVariable feedForward(int i, SDVariable z) {
        int f = model.intermediateSize();
        SDVariable gate = keep(i, DecoderNames.GATE, f, linear(z, i, LayerPart.GATE));
        return switch (kind.feedForward()) {
            case SWIGLU -> {
                SDVariable up = keep(i, DecoderNames.UP, f, linear(z, i, LayerPart.UP));
                SDVariable sigmoid = keep(i, DecoderNames.SIGMOID, f, sd.nn.sigmoid(gate));
                yield named(i, DecoderNames.ACT, gate.mul(sigmoid).mul(up));
            }
            case GELU -> {
                // ½·(1 + tanh(u)) = sigmoid(2u), with u = √(2/π)·(x + 0.044715·x³)
                SDVariable polynomial = gate.mul(gate).mul(constant(GELU_CUBE)).add(constant(GELU_SCALE));
                SDVariable sigmoid = keep(i, DecoderNames.SIGMOID, f, sd.nn.sigmoid(gate.mul(polynomial)));
                yield named(i, DecoderNames.ACT, gate.mul(sigmoid));
            }
        };
    }

    private static SDVariable named(int layer, String part, SDVariable x) {
        return DecoderNames.give(DecoderNames.layer(layer, part), x);
    }

    private SDVariable keep(int layer, String part, int width, SDVariable x) {
        return keep(DecoderNames.layer(layer, part), width, x);
    }

    /** Names a variable that a backward pass reads, and that is cheaper to keep than to compute again. */
    private SDVariable keep(String name, int width, SDVariable x) {
        kept.put(name, width);
        return DecoderNames.give(name, x);
    }

    /** A layer of this decoder. */
    private final class LayerOf implements AttentionPattern.Layer {
        private final int index;

        LayerOf(int index) {
            this.index = index;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public SDVariable keep(String part, int width, SDVariable x) {
            return Decoder.this.keep(index, part, width, x);
        }
    }

    private SDVariable linear(SDVariable x, int layer, LayerPart part) {
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

    private SDVariable norm(SDVariable x, int layer, LayerPart part, String scaleName) {
        return norm(x, kind.weight(layer, part), kind.bias(layer, part), DecoderNames.layer(layer, scaleName));
    }

    /** x · (mean(x²) + eps)^−½ · weight; of LayerNorm the mean is taken off first, and a bias added. */
    private SDVariable norm(SDVariable x, String weight, String bias, String scaleName) {
        boolean layerNorm = kind.norm() == Architecture.Norm.LAYER;
        SDVariable centred = layerNorm ? x.sub(sd.mean(x, true, 1)) : x;
        SDVariable meanSquare = sd.mean(centred.mul(centred), true, 1); // [R, 1]
        SDVariable square = keep(DecoderNames.square(scaleName), 1, meanSquare.add(constant(model.rmsNormEps())));
        SDVariable scale = keep(scaleName, 1, sd.math.rsqrt(square));
        SDVariable scaled = centred.mul(scale).mul(parameter(weight));
        return layerNorm ? scaled.add(parameter(bias)) : scaled;
    }

    /** A scalar of the graph's type. Each use gets a constant of its own. */
    private SDVariable constant(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }
}
