package org.quietstar.model;

import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;

/**
 * Bytes that a planned training pass of a {@link LanguageModelGraph} will take, estimated from sizes alone. With N = B·L
 * rows, numbers are: gradients of what is trained; of each layer N·(6·D + 4·F + 2·H·L), which the backward pass reads
 * again; N·(3.5·D + F) for the layer at work; the logits N·V, whose place the embedding table's gradient takes later.
 */
public final class LanguageModelMemory {
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
        long ofLayer = 6 * d + 4 * f + 2L * model.heads() * length;
        long table = model.vocabSize() * d;
        long gradients = trained.values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .sum();
        boolean apart = !model.tiedEmbeddings() && trained.containsKey(DecoderParameters.EMBEDDING);
        long logits = rows * model.vocabSize();
        long numbers = gradients
                + rows * (model.layers() * ofLayer + f)
                + rows * d * 7 / 2
                + (apart ? Math.max(0, logits - table) : logits);
        return numbers * type.width();
    }
}
