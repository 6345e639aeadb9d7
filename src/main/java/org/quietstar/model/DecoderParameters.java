package org.quietstar.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.family.Architecture;
import org.quietstar.model.family.Families;
import org.quietstar.model.family.LayerPart;

/**
 * The decoder's parameters under their Hugging Face names. Matrices are stored as the family's files have them: [out, in],
 * or [in, out] for GPT-2.
 */
public final class DecoderParameters {
    /** The usual name of the embedding table; {@link #embedding} is right for all families. */
    public static final String EMBEDDING = "model.embed_tokens.weight";
    /** The usual name of the final norm. */
    public static final String FINAL_NORM = "model.norm.weight";

    public static final String HEAD = "lm_head.weight";

    private DecoderParameters() {}

    /** The usual name of a parameter of layer {@code layer}, {@code part} as in "self_attn.q_proj". */
    public static String layer(int layer, String part) {
        return "model.layers." + layer + "." + part + ".weight";
    }

    /** Name of the embedding table. */
    public static String embedding(ModelConfig model) {
        return Families.architecture(model).embedding();
    }

    /** Name of the matrix that turns hidden states into logits. */
    public static String head(ModelConfig model) {
        return model.tiedEmbeddings() ? embedding(model) : HEAD;
    }

    /** Every parameter's shape, in the order of the graph. */
    public static Map<String, long[]> shapes(ModelConfig model) {
        Architecture kind = Families.architecture(model);
        long d = model.hiddenSize();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(kind.embedding(), new long[] {model.vocabSize(), d});
        if (kind.positions() == Architecture.Positions.LEARNED) {
            shapes.put(kind.positionTable(), new long[] {model.maxPositions(), d});
        }
        for (int i = 0; i < model.layers(); i++) {
            for (LayerPart part : kind.parts()) {
                addPart(shapes, model, kind, i, part);
            }
        }
        shapes.put(kind.finalNorm(), new long[] {d});
        if (kind.norm() == Architecture.Norm.LAYER) {
            shapes.put(kind.finalNormBias(), new long[] {d});
        }
        if (!model.tiedEmbeddings()) {
            shapes.put(HEAD, new long[] {model.vocabSize(), d});
        }
        return shapes;
    }

    /** How many numbers they are. */
    public static long count(ModelConfig model) {
        return shapes(model).values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .sum();
    }

    /** Bytes of all parameters. */
    public static long bytes(ModelConfig model, DataType type) {
        return type.width() * count(model);
    }

    private static void addPart(
            Map<String, long[]> shapes, ModelConfig model, Architecture kind, int layer, LayerPart part) {
        long out = outputs(model, part);
        if (part.isNorm()) {
            shapes.put(kind.weight(layer, part), new long[] {out});
        } else {
            long in = inputs(model, part);
            shapes.put(kind.weight(layer, part), kind.inputFirst() ? new long[] {in, out} : new long[] {out, in});
        }
        if (kind.hasBias(part)) {
            shapes.put(kind.bias(layer, part), new long[] {out});
        }
    }

    /** Numbers that a part yields for each row. */
    private static long outputs(ModelConfig model, LayerPart part) {
        HeadShape heads = HeadShape.of(model);
        return switch (part) {
            case NORM1, NORM2, ATTENTION_OUT, DOWN -> model.hiddenSize();
            case QUERIES -> heads.queryWidth();
            case KEYS, VALUES -> heads.keyWidth();
            case FUSED -> heads.queryWidth() + 2L * heads.keyWidth();
            case QUERY_NORM, KEY_NORM -> heads.width();
            case GATE, UP -> model.intermediateSize();
        };
    }

    /** Numbers that a part reads of each row. */
    private static long inputs(ModelConfig model, LayerPart part) {
        return switch (part) {
            case ATTENTION_OUT -> HeadShape.of(model).queryWidth();
            case DOWN -> model.intermediateSize();
            default -> model.hiddenSize();
        };
    }

    /** Random parameters: norms one, biases zero, everything else N(0, initializerRange). */
    public static Parameters random(ModelConfig model, DataType type, long seed) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        shapes(model).forEach((name, shape) -> arrays.put(name, random(model, type, seed, name, shape)));
        return new Parameters(arrays);
    }

    private static INDArray random(ModelConfig model, DataType type, long seed, String name, long... shape) {
        if (shape.length == 1) {
            return isBias(name) ? Nd4j.zeros(type, shape) : Nd4j.ones(type, shape);
        }
        return Parameters.normal(type, seed, name, model.initializerRange(), shape);
    }

    /** Whether a parameter is added to something, and begins at zero. */
    public static boolean isBias(String name) {
        return name.endsWith(".bias");
    }
}
