package org.quietstar.model;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.HeadShape;

/**
 * Bytes that a planned training pass of a {@link LanguageModelGraph} will take, estimated from sizes alone. With N = B·L
 * rows and K, the width of all key heads, numbers are: gradients of what is trained; of each layer what the backward pass
 * reads again, N·(8·D + 2·K + 5.25·F + 1.2·H·L), or N·(6·D + 4·F + 2·H·L) where none of its own matrices is trained;
 * N·10·D, or N·(3.5·D + F), for the layer at work; the logits N·V, whose place the embedding table's gradient takes later.
 * The factors were fitted to plans of twelve sizes.
 */
public final class LanguageModelMemory {
    /** Part of the names of a layer's own parameters, in each family ("model.layers.0.", "h.0."). */
    private static final Pattern OF_LAYER = Pattern.compile("(.*\\.)?(layers|h)\\.\\d+\\..*");

    private LanguageModelMemory() {}

    /**
     * Bytes of a plan's buffers.
     *
     * @param batch B
     * @param length L
     * @param trained shapes of the parameters whose gradients are wanted, by name
     */
    public static long buffers(ModelConfig model, int batch, int length, Map<String, long[]> trained, DataType type) {
        long rows = (long) batch * length;
        long d = model.hiddenSize();
        long f = model.intermediateSize();
        long keys = HeadShape.of(model).keyWidth();
        long scores = (long) model.heads() * length;
        boolean matrices = DecoderParameters.shapes(model).entrySet().stream()
                .anyMatch(each -> each.getValue().length == 2
                        && OF_LAYER.matcher(each.getKey()).matches()
                        && trained.containsKey(each.getKey()));
        double ofLayer = matrices ? 8 * d + 2 * keys + 5.25 * f + 1.2 * scores : 6 * d + 4 * f + 2 * scores;
        double atWork = matrices ? 10 * d : 3.5 * d + f;
        long table = model.vocabSize() * d;
        long gradients = trained.values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .sum();
        boolean apart = !model.tiedEmbeddings() && trained.containsKey(DecoderParameters.embedding(model));
        long logits = rows * model.vocabSize();
        double numbers =
                gradients + rows * (model.layers() * ofLayer + atWork) + (apart ? Math.max(0, logits - table) : logits);
        return Math.round(numbers) * type.width();
    }

    /**
     * Bytes of the buffers where text is scored, estimated: three arrays of logits, from which other temperatures are read,
     * or what a layer makes of its rows.
     *
     * @param batch B
     * @param length L
     */
    public static long scoringBuffers(ModelConfig model, int batch, int length, DataType type) {
        long d = model.hiddenSize();
        long scores = (long) model.heads() * length;
        long layer = Math.max(2L * model.intermediateSize() + 4 * d, scores + 10 * d);
        return (long) batch * length * Math.max(3L * model.vocabSize() + 3 * d, layer) * type.width();
    }
}
