package org.quietstar.thought;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderActivations;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.HeadShape;

/**
 * What the decoder computed of the text and of the first steps of all blocks, in the learning graph's row order: the
 * forward passes write it rows by rows, each its own, and the backward pass reads it whole. Arrays bear the names of the
 * graph's variables.
 */
final class Activations implements AutoCloseable {
    /** Which rows an array has. */
    private enum Rows {
        ALL,
        TEXT,
        BLOCKS
    }

    private record Kept(Rows rows, long count, long width, INDArray array) {}

    private final ThoughtSizes sizes;
    private final int steps;
    private final DataType type;
    private final boolean allocates;
    private final Map<String, Kept> arrays = new LinkedHashMap<>();

    private Activations(ThoughtSizes sizes, int steps, DataType type, boolean allocates) {
        this.allocates = allocates;
        this.sizes = sizes;
        this.steps = steps;
        this.type = type;
    }

    /** Keys and values alone, which later steps attend to. */
    static Activations forDrawing(ModelConfig model, ThoughtSizes sizes, DataType type) {
        var all = new Activations(sizes, sizes.thoughtTokens(), type, true);
        all.addKeys(model);
        return all;
    }

    /** Keys, values and final hidden states of all steps. */
    static Activations forScoring(ModelConfig model, ThoughtSizes sizes, DataType type) {
        return forScoring(model, sizes, type, true);
    }

    private static Activations forScoring(ModelConfig model, ThoughtSizes sizes, DataType type, boolean allocates) {
        var all = new Activations(sizes, sizes.steps(), type, allocates);
        all.addKeys(model);
        all.add(DecoderNames.FINAL, Rows.ALL, model.hiddenSize());
        return all;
    }

    /** Bytes that {@link #forScoring} takes; nothing is allocated. */
    static long bytesForScoring(ModelConfig model, ThoughtSizes sizes, DataType type) {
        return forScoring(model, sizes, type, false).bytes();
    }

    /** Bytes that {@link #forLearning} takes; nothing is allocated. */
    static long bytesForLearning(ModelConfig model, ThoughtSizes sizes, DataType type) {
        return forLearning(model, sizes, type, false).bytes();
    }

    /** All that the backward pass reads and that is dearer to compute again than to keep. */
    static Activations forLearning(ModelConfig model, ThoughtSizes sizes, DataType type) {
        return forLearning(model, sizes, type, true);
    }

    private static Activations forLearning(ModelConfig model, ThoughtSizes sizes, DataType type, boolean allocates) {
        Activations all = forScoring(model, sizes, type, allocates);
        int d = model.hiddenSize();
        int heads = model.heads();
        for (int i = 0; i < model.layers(); i++) {
            int layer = i;
            DecoderActivations.widths(model)
                    .forEach((part, width) -> all.add(DecoderNames.layer(layer, part), Rows.ALL, width));
            for (String part : List.of(DecoderNames.TEXT_MAX, DecoderNames.TEXT_TOTAL)) {
                all.add(DecoderNames.layer(i, part), Rows.TEXT, heads);
            }
            for (String part : List.of(ThoughtBlockAttention.BLOCKS_MAX, ThoughtBlockAttention.BLOCKS_TOTAL)) {
                all.add(DecoderNames.layer(i, part), Rows.BLOCKS, heads);
            }
        }
        all.add(DecoderNames.state(model.layers()), Rows.ALL, d);
        all.add(DecoderNames.FINAL_SCALE, Rows.ALL, 1);
        all.add(DecoderNames.square(DecoderNames.FINAL_SCALE), Rows.ALL, 1);
        return all;
    }

    private void addKeys(ModelConfig model) {
        for (int i = 0; i < model.layers(); i++) {
            for (String part : List.of(DecoderNames.KEYS, DecoderNames.VALUES)) {
                add(DecoderNames.layer(i, part), Rows.ALL, HeadShape.of(model).keyWidth());
            }
        }
    }

    private void add(String name, Rows rows, long width) {
        long count = switch (rows) {
            case ALL -> sizes.firstRowOfStep(steps + 1);
            case TEXT -> sizes.textRows();
            case BLOCKS -> (long) steps * sizes.stepRows();
        };
        INDArray array = allocates ? Nd4j.createUninitializedDetached(type, count, width) : Nd4j.empty(type);
        arrays.put(name, new Kept(rows, count, width, array));
    }

    /** All arrays, whole. */
    Map<String, INDArray> all() {
        Map<String, INDArray> all = new LinkedHashMap<>();
        arrays.forEach((name, kept) -> all.put(name, kept.array));
        return all;
    }

    /** A whole array. */
    INDArray whole(String name) {
        return arrays.get(name).array;
    }

    /** The text's rows of all arrays that have such. */
    Map<String, INDArray> ofText() {
        Map<String, INDArray> views = new LinkedHashMap<>();
        arrays.forEach((name, kept) -> {
            if (kept.rows != Rows.BLOCKS) {
                views.put(name, rows(kept.array, 0, sizes.textRows()));
            }
        });
        return views;
    }

    /** The rows of the steps {@code first} … {@code last}, from 1, of all arrays that have such. */
    Map<String, INDArray> ofSteps(int first, int last) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        arrays.forEach((name, kept) -> {
            if (kept.rows != Rows.TEXT) {
                views.put(name, ofSteps(name, first, last));
            }
        });
        return views;
    }

    /** The rows of the steps {@code first} … {@code last}, from 1, of one array. */
    INDArray ofSteps(String name, int first, int last) {
        Kept kept = arrays.get(name);
        int offset = kept.rows == Rows.BLOCKS ? sizes.textRows() : 0;
        return rows(kept.array, sizes.firstRowOfStep(first) - offset, sizes.firstRowOfStep(last + 1) - offset);
    }

    /** The text's rows of one array. */
    INDArray ofText(String name) {
        return rows(arrays.get(name).array, 0, sizes.textRows());
    }

    private static INDArray rows(INDArray array, long from, long to) {
        return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    /** Bytes of all arrays. */
    long bytes() {
        return arrays.values().stream()
                .mapToLong(kept -> kept.count * kept.width * type.width())
                .sum();
    }

    @Override
    public void close() {
        arrays.values().forEach(kept -> kept.array.close());
    }
}
