package org.quietstar.model.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * In what a family's decoder differs from others, sizes apart.
 *
 * @param norm of layers and of the end
 * @param positions how a token knows where it stands
 * @param feedForward the second half of a layer
 * @param inputBiases whether queries, keys and values have biases
 * @param otherBiases whether norms, the attention's output and the feed-forward part have biases
 * @param queryKeyNorm whether each head's query and key go through an RMSNorm before the positions turn them
 * @param fused whether queries, keys and values are one tensor
 * @param inputFirst whether matrices are stored [in, out] instead of [out, in]; embedding table and head never are
 * @param names how tensors are called
 */
public record Architecture(
        Norm norm,
        Positions positions,
        FeedForward feedForward,
        boolean inputBiases,
        boolean otherBiases,
        boolean queryKeyNorm,
        boolean fused,
        boolean inputFirst,
        Names names) {

    /** Kinds of norms. */
    public enum Norm {
        /** x · (mean(x²) + eps)^−½ · weight */
        RMS,
        /** (x − mean) · (variance + eps)^−½ · weight + bias */
        LAYER
    }

    /** Kinds of positions. */
    public enum Positions {
        /** Queries and keys are turned by angles. */
        ROTARY,
        /** A learned vector is added to each embedding. */
        LEARNED
    }

    /** Kinds of feed-forward parts. */
    public enum FeedForward {
        /** down(silu(gate(x)) · up(x)) */
        SWIGLU,
        /** down(gelu(gate(x))), with the approximation of the Gaussian's integral by tanh */
        GELU
    }

    /**
     * Names of tensors.
     *
     * @param prefix of all but the head; a file may leave it out throughout
     * @param embedding after the prefix
     * @param positions table of learned positions, after the prefix
     * @param layers after the prefix and before the number of a layer
     * @param finalNorm after the prefix, without ".weight"
     * @param parts names within a layer that are not the usual ones
     */
    public record Names(
            String prefix,
            String embedding,
            String positions,
            String layers,
            String finalNorm,
            Map<LayerPart, String> parts) {
        /** As Llama and its kin have them. */
        static final Names USUAL = new Names("model.", "embed_tokens.weight", "", "layers.", "norm", Map.of());

        public Names {
            parts = Map.copyOf(parts);
        }
    }

    /** The common decoder: RMSNorm, rotary positions, SwiGLU, no biases. */
    static final Architecture COMMON = new Architecture(
            Norm.RMS, Positions.ROTARY, FeedForward.SWIGLU, false, false, false, false, false, Names.USUAL);

    Architecture withInputBiases() {
        return new Architecture(
                norm, positions, feedForward, true, otherBiases, queryKeyNorm, fused, inputFirst, names);
    }

    Architecture withQueryKeyNorm() {
        return new Architecture(norm, positions, feedForward, inputBiases, otherBiases, true, fused, inputFirst, names);
    }

    /** Name of the embedding table [V, D]. */
    public String embedding() {
        return names.prefix + names.embedding;
    }

    /** Name of the table of learned positions [maxPositions, D]. */
    public String positionTable() {
        return names.prefix + names.positions;
    }

    /** Name of the final norm's scale [D]. */
    public String finalNorm() {
        return names.prefix + names.finalNorm + ".weight";
    }

    /** Name of the final norm's bias [D]. */
    public String finalNormBias() {
        return names.prefix + names.finalNorm + ".bias";
    }

    /** Name of a part's matrix or scale. */
    public String weight(int layer, LayerPart part) {
        return stem(layer, part) + ".weight";
    }

    /** Name of a part's bias. */
    public String bias(int layer, LayerPart part) {
        return stem(layer, part) + ".bias";
    }

    private String stem(int layer, LayerPart part) {
        return names.prefix + names.layers + layer + "." + names.parts.getOrDefault(part, part.usualName());
    }

    /** The parts of a layer, in the order in which they are used. */
    public List<LayerPart> parts() {
        List<LayerPart> parts = new ArrayList<>(List.of(LayerPart.NORM1));
        parts.addAll(fused ? List.of(LayerPart.FUSED) : List.of(LayerPart.QUERIES, LayerPart.KEYS, LayerPart.VALUES));
        if (queryKeyNorm) {
            parts.addAll(List.of(LayerPart.QUERY_NORM, LayerPart.KEY_NORM));
        }
        parts.addAll(List.of(LayerPart.ATTENTION_OUT, LayerPart.NORM2, LayerPart.GATE));
        if (feedForward == FeedForward.SWIGLU) {
            parts.add(LayerPart.UP);
        }
        parts.add(LayerPart.DOWN);
        return List.copyOf(parts);
    }

    /** Whether a part has a bias. */
    public boolean hasBias(LayerPart part) {
        return switch (part) {
            case QUERIES, KEYS, VALUES, FUSED -> inputBiases;
            case QUERY_NORM, KEY_NORM -> false;
            case NORM1, NORM2 -> norm == Norm.LAYER;
            case ATTENTION_OUT, GATE, UP, DOWN -> otherBiases;
        };
    }
}
