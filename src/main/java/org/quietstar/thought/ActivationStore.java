package org.quietstar.thought;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.KeptActivations;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.KvCache;
import org.quietstar.model.attention.TextAttention;

/**
 * What the decoder computed of the text and of the first slots of all blocks, in the learning graph's row order: the
 * forward passes write it rows by rows, each its own, and the backward pass reads it whole. Keys and values are in a
 * {@link KvCache}, which later slots read; the others are what the decoder itself declares as kept. Arrays bear the names
 * of the graph's variables.
 */
final class ActivationStore implements AutoCloseable {
    /** An array for the rows {@code from} … {@code to} − 1 of the learning graph. */
    private record Declared(int from, int to, int width) {
        long numbers() {
            return (long) (to - from) * width;
        }

        boolean has(int row) {
            return from <= row && row < to;
        }
    }

    private final ThoughtLayout layout;
    private final int layers;
    private final KvCache cache;
    private final Map<String, Declared> declared;
    private final Map<String, INDArray> arrays = new LinkedHashMap<>();
    private final long bytes;

    private ActivationStore(
            ModelConfig model, ThoughtLayout layout, int slots, DataType type, Map<String, Declared> declared) {
        this.layout = layout;
        this.layers = model.layers();
        this.declared = declared;
        this.bytes = bytes(model, layout, slots, type, declared);
        this.cache = new KvCache(HeadShape.of(model), layers, layout.firstRowOfSlot(slots + 1), type);
        declared.forEach((name, each) ->
                arrays.put(name, Nd4j.createUninitializedDetached(type, each.to - each.from, each.width)));
    }

    /** Keys and values alone, which later slots attend to. */
    static ActivationStore forDrawing(ModelConfig model, ThoughtLayout layout, DataType type) {
        return new ActivationStore(model, layout, layout.thoughtTokens(), type, Map.of());
    }

    /** Keys, values and final hidden states of all slots. */
    static ActivationStore forScoring(ModelConfig model, ThoughtLayout layout, DataType type) {
        return new ActivationStore(model, layout, layout.slots(), type, finalStates(model, layout));
    }

    /** All that the backward pass reads and that is cheaper to keep than to compute again. */
    static ActivationStore forLearning(ModelConfig model, ThoughtLayout layout, DataType type) {
        return new ActivationStore(model, layout, layout.slots(), type, kept(model, layout, type));
    }

    /** Bytes that {@link #forScoring} takes; nothing is allocated. */
    static long bytesForScoring(ModelConfig model, ThoughtLayout layout, DataType type) {
        return bytes(model, layout, layout.slots(), type, finalStates(model, layout));
    }

    /** Bytes that {@link #forLearning} takes; nothing is allocated. */
    static long bytesForLearning(ModelConfig model, ThoughtLayout layout, DataType type) {
        return bytes(model, layout, layout.slots(), type, kept(model, layout, type));
    }

    private static long bytes(
            ModelConfig model, ThoughtLayout layout, int slots, DataType type, Map<String, Declared> declared) {
        long rows = layout.firstRowOfSlot(slots + 1);
        return KvCache.bytes(HeadShape.of(model), model.layers(), rows, type)
                + type.width()
                        * declared.values().stream()
                                .mapToLong(Declared::numbers)
                                .sum();
    }

    private static Map<String, Declared> finalStates(ModelConfig model, ThoughtLayout layout) {
        return Map.of(DecoderNames.FINAL, new Declared(0, layout.rows(), model.hiddenSize()));
    }

    /** What the decoder keeps of text rows has text rows, what it keeps of blocks has theirs. */
    private static Map<String, Declared> kept(ModelConfig model, ThoughtLayout layout, DataType type) {
        var small = new ThoughtLayout(1, 2, 1, 1, 1); // widths do not depend on it
        Map<String, Integer> ofText = KeptActivations.widths(
                model,
                type,
                small.maxPosition(),
                sd -> TextAttention.causal(sd, model, small.batch(), small.length(), type));
        Map<String, Integer> ofBlocks = KeptActivations.widths(
                model, type, small.maxPosition(), sd -> new SlotPattern(sd, model, small, 1, 1, type));
        Set<String> names = new LinkedHashSet<>(ofText.keySet());
        names.addAll(ofBlocks.keySet());
        Map<String, Declared> kept = new LinkedHashMap<>();
        for (String name : names) {
            int from = ofText.containsKey(name) ? 0 : layout.textRows();
            int to = ofBlocks.containsKey(name) ? layout.rows() : layout.textRows();
            kept.put(name, new Declared(from, to, ofText.getOrDefault(name, ofBlocks.get(name))));
        }
        return kept;
    }

    /** Keys and values of all rows. */
    KvCache cache() {
        return cache;
    }

    /** All arrays, whole, those of the cache among them. */
    Map<String, INDArray> all() {
        Map<String, INDArray> all = new LinkedHashMap<>(arrays);
        cacheRows(all, 0, cache.rows());
        return all;
    }

    /** A whole array that is kept beside the cache. */
    INDArray whole(String name) {
        return arrays.get(name);
    }

    /** The text's rows of all arrays that have such. */
    Map<String, INDArray> ofText() {
        return views(0, layout.textRows());
    }

    /** The rows of the slots {@code first} … {@code last}, from 1, of all arrays that have such. */
    Map<String, INDArray> ofSlots(int first, int last) {
        return views(layout.firstRowOfSlot(first), layout.firstRowOfSlot(last + 1));
    }

    private Map<String, INDArray> views(int from, int to) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        declared.forEach((name, each) -> {
            if (each.has(from)) {
                var rows = NDArrayIndex.interval(from - each.from, to - each.from);
                views.put(name, arrays.get(name).get(rows, NDArrayIndex.all()));
            }
        });
        cacheRows(views, from, to);
        return views;
    }

    private void cacheRows(Map<String, INDArray> views, long from, long to) {
        for (int i = 0; i < layers; i++) {
            views.put(DecoderNames.layer(i, DecoderNames.KEYS), cache.keys(i, from, to));
            views.put(DecoderNames.layer(i, DecoderNames.VALUES), cache.values(i, from, to));
        }
    }

    /** Bytes of all arrays. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        cache.close();
        arrays.values().forEach(INDArray::close);
    }
}
