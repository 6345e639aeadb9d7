package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.KvCache;
import org.quietstar.model.attention.Masks;
import org.quietstar.runtime.MemoryNeed;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.PlanCache;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.ThinkingModel;

/**
 * B sequences with their cached keys, and the plans of the passes over them. Each sequence has a slot; what it has in the
 * cache, and how much of that counts, is the caller's to know: a branch is dropped by not counting it any more.
 */
final class CachedDecoder implements AutoCloseable {
    /** Tokens of a prompt that go through the decoder in one pass, at most and at least. */
    private static final int PREFILL_ROWS = 512;

    private static final int LEAST_PREFILL_ROWS = 16;
    private static final int LEAST_CAPACITY = 64;
    /** Fewest positions that a plan is made for. */
    private static final int LEAST_CONTEXT = 64;
    /** Plans kept: three for a thought, at two sizes of the context, and some for prefills of several lengths. */
    private static final int PLANS = 12;

    /** What a plan is made for. */
    private record Shape(DecodePass pass, int rows, int context) {}

    /** Sizes that passes share arrays of: R rows of each sequence, of which some are tokens. */
    private record RowCounts(int rows, int tokens) {}

    /** Arrays that passes of R rows read and write. */
    private record Rows(INDArray ids, INDArray positions, List<INDArray> keys, List<INDArray> values) {}

    /** Sizes of a mask [B, 1, R, C]. */
    private record MaskSize(int rows, int context) {}

    private final ThinkingModel model;
    private final DataType type;
    private final HeadShape heads;
    private final int batch;
    private final int capacity;
    private final KvCache cache;
    private final PlanMemory memory = new PlanMemory();
    private final INDArray base;
    private final Map<RowCounts, Rows> rowArrays = new HashMap<>();
    private final Map<MaskSize, INDArray> masks = new HashMap<>();
    private final PlanCache<Shape> plans = new PlanCache<>(PLANS, this::compile);

    /** @param capacity positions of each sequence, branches included */
    CachedDecoder(ThinkingModel model, int batch, int capacity) {
        this.model = model;
        this.type = model.parameters().dataType();
        this.heads = HeadShape.of(model.config());
        this.batch = batch;
        this.capacity = capacity;
        requireAddressable();
        requireMemory(0);
        this.cache = new KvCache(heads, model.config().layers(), (long) capacity * batch, type);
        this.base = Nd4j.zeros(type, batch, model.config().hiddenSize());
    }

    private void requireAddressable() {
        long bytes = (long) capacity * batch * heads.keyWidth() * type.width();
        if (bytes > Integer.MAX_VALUE) {
            throw new QuietStarException("The keys of " + batch + " sequences of " + capacity + " tokens take " + bytes
                    + " bytes a layer, more than 2^31 - 1; generate fewer sequences at a time or fewer tokens");
        }
    }

    /**
     * Refuses, before they are allocated, keys and buffers that do not fit beside the weights.
     *
     * @param buffers bytes of the passes; 0 where they are not known yet
     */
    private void requireMemory(long buffers) {
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("weights", model.bytes());
        parts.put("keys and values", KvCache.bytes(heads, model.config().layers(), (long) capacity * batch, type));
        parts.put("buffers", Math.max(buffers, (long) batch * model.config().vocabSize() * type.width()));
        new MemoryNeed("Predicting " + batch + " texts of up to " + capacity + " positions together", parts)
                .requireFits(
                        "take fewer texts together (--batch, evaluation.taskBatchSize) or fewer tokens (--max-tokens)");
    }

    /** Whether it is made for so many sequences, and has room for so many positions. */
    boolean fits(int sequences, int positions) {
        return batch == sequences && capacity >= positions;
    }

    /** A decoder with as much room for some of the sequences, of which it takes over what is cached. */
    CachedDecoder narrowed(int[] slots, int... lengths) {
        var narrow = new CachedDecoder(model, slots.length, capacity);
        for (int i = 0; i < slots.length; i++) {
            narrow.cache.store(cache, places(slots[i], 0), narrow.places(i, 0), lengths[i]);
        }
        return narrow;
    }

    /** Where a sequence's positions lie in the cache: the first C of all sequences together, for a plan to read them. */
    private KvCache.Rows places(int slot, int position) {
        return new KvCache.Rows(position * batch + slot, batch);
    }

    /**
     * Takes new rows of the sequences through the decoder and stores their keys.
     *
     * @param pass which rows there are
     * @param rows R
     * @param tokens of each slot; may be fewer than there is room for, and none for a slot that takes no part
     * @param starts position of the first new row of each slot: the cached positions before it are seen
     * @return the plan, whose outputs are valid until the next pass
     */
    StaticPlan run(DecodePass pass, int rows, int[][] tokens, int[] starts) {
        return run(pass, rows, tokens, starts, new int[starts.length]);
    }

    /** As {@link #run(DecodePass, int, int[][], int[])}, where the cached positions before {@code hidden} are not seen. */
    StaticPlan run(DecodePass pass, int rows, int[][] tokens, int[] starts, int[] hidden) {
        int context = 0;
        for (int start : starts) {
            context = Math.max(context, start);
        }
        var shape = new Shape(pass, rows, bucket(context));
        fill(shape, tokens, starts, hidden);
        StaticPlan plan = plans.get(shape);
        plan.run();
        Rows arrays = rows(pass, rows);
        int markers = pass.hasMarker() ? 1 : 0;
        for (int slot = 0; slot < starts.length; slot++) {
            int count = takesPart(pass, tokens[slot]) ? tokens[slot].length + markers : 0;
            var source = new KvCache.Rows(slot * rows, 1);
            for (int i = 0; i < model.config().layers(); i++) {
                cache.store(i, arrays.keys.get(i), arrays.values.get(i), source, places(slot, starts[slot]), count);
            }
        }
        return plan;
    }

    /** Positions to make room for, where so many are needed: a power of two, so that few decoders are made anew. */
    static int capacity(long needed, int maxPositions) {
        long rounded = Long.highestOneBit(Math.max(LEAST_CAPACITY, needed) - 1) * 2;
        return (int) Math.min(rounded, maxPositions);
    }

    /** Computes the keys of all ids but the last of every slot. */
    void prefill(List<? extends DecodeStep.Context> slots) {
        boolean[] all = new boolean[slots.size()];
        Arrays.fill(all, true);
        prefill(slots, all);
    }

    /** Computes the keys of all ids but the last of the slots that are {@code fresh}; the others keep theirs. */
    void prefill(List<? extends DecodeStep.Context> slots, boolean... fresh) {
        int[][] ids = new int[fresh.length][0];
        int longest = 0;
        for (int i = 0; i < ids.length; i++) {
            ids[i] = fresh[i] ? slots.get(i).allButLast() : ids[i];
            longest = Math.max(longest, ids[i].length);
        }
        for (int from = 0; from < longest; from += PREFILL_ROWS) {
            int rows = Math.min(PREFILL_ROWS, longest - from);
            int[][] tokens = new int[ids.length][0];
            int[] starts = new int[ids.length];
            for (int i = 0; i < tokens.length; i++) {
                int to = Math.min(ids[i].length, from + rows);
                tokens[i] = from < to ? Arrays.copyOfRange(ids[i], from, to) : tokens[i];
                starts[i] = fresh[i] ? from : 0;
            }
            int padded = Math.max(LEAST_PREFILL_ROWS, Integer.highestOneBit(Math.max(1, rows - 1)) * 2);
            run(DecodePass.PREFILL, padded, tokens, starts);
        }
    }

    private static boolean takesPart(DecodePass pass, int... tokens) {
        return tokens.length > 0 || pass == DecodePass.START;
    }

    /** The least power of two that holds the positions, within what the cache has. */
    private int bucket(int positions) {
        int bucket = Math.max(LEAST_CONTEXT, Integer.highestOneBit(Math.max(1, positions - 1)) * 2);
        return Math.min(bucket, capacity);
    }

    private void fill(Shape shape, int[][] tokens, int[] starts, int[] hidden) {
        int perSequence = PassGraph.tokens(shape.pass, shape.rows);
        int[] ids = new int[batch * perSequence];
        int[] positions = new int[batch * shape.rows];
        int last = lastPosition(shape);
        for (int slot = 0; slot < batch; slot++) {
            System.arraycopy(tokens[slot], 0, ids, slot * perSequence, tokens[slot].length);
            for (int r = 0; r < shape.rows; r++) {
                positions[slot * shape.rows + r] = Math.min(last, starts[slot] + r);
            }
        }
        Rows arrays = rows(shape.pass, shape.rows);
        if (perSequence > 0) {
            HostArrays.fill(arrays.ids, ids);
        }
        HostArrays.fill(arrays.positions, positions);
        if (type == DataType.FLOAT) {
            HostArrays.fill(mask(shape), floatMask(shape, starts, hidden));
        } else {
            HostArrays.fill(mask(shape), doubleMask(shape, starts, hidden));
        }
    }

    private float[] floatMask(Shape shape, int[] starts, int[] hidden) {
        float[] mask = new float[starts.length * shape.rows * shape.context];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = sees(shape, i, starts, hidden) ? 0 : (float) Masks.MASKED;
        }
        return mask;
    }

    private double[] doubleMask(Shape shape, int[] starts, int[] hidden) {
        double[] mask = new double[starts.length * shape.rows * shape.context];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = sees(shape, i, starts, hidden) ? 0 : Masks.MASKED;
        }
        return mask;
    }

    /** Whether entry i of the mask [B, R, C] is of a cached key that the row sees. */
    private boolean sees(Shape shape, int i, int[] starts, int[] hidden) {
        int key = i % shape.context;
        int row = i / shape.context % shape.rows;
        int slot = i / shape.context / shape.rows;
        int start = starts[slot];
        int window = model.config().slidingWindow();
        return key >= hidden[slot] && key < start && (window <= 0 || start + row - key < window);
    }

    private int lastPosition(Shape shape) {
        return Math.min(model.config().maxPositions(), shape.context + shape.rows) - 1;
    }

    private Rows rows(DecodePass pass, int rows) {
        int tokens = Math.max(1, PassGraph.tokens(pass, rows));
        return rowArrays.computeIfAbsent(new RowCounts(rows, tokens), key -> {
            List<INDArray> keys = new ArrayList<>();
            List<INDArray> values = new ArrayList<>();
            int width = heads.keyWidth();
            for (int i = 0; i < model.config().layers(); i++) {
                keys.add(Nd4j.zeros(type, (long) batch * rows, width));
                values.add(Nd4j.zeros(type, (long) batch * rows, width));
            }
            return new Rows(
                    Nd4j.zeros(DataType.INT32, (long) batch * tokens),
                    Nd4j.zeros(DataType.INT32, (long) batch * rows),
                    keys,
                    values);
        });
    }

    private INDArray mask(Shape shape) {
        return masks.computeIfAbsent(
                new MaskSize(shape.rows, shape.context), key -> Nd4j.zeros(type, batch, 1, shape.rows, shape.context));
    }

    /** Bytes of what the passes so far share and read, the cache not among them. */
    long bufferBytes() {
        long given = masks.values().stream().mapToLong(INDArray::length).sum();
        for (Rows arrays : rowArrays.values()) {
            given += Stream.concat(arrays.keys.stream(), arrays.values.stream())
                    .mapToLong(INDArray::length)
                    .sum();
        }
        return memory.bytes() + given * type.width();
    }

    private StaticPlan compile(Shape shape) {
        Rows arrays = rows(shape.pass, shape.rows);
        var graph = new PassGraph(model, shape.pass, batch, shape.rows, shape.context, lastPosition(shape));
        Map<String, INDArray> given = new HashMap<>();
        Map<String, INDArray> targets = new HashMap<>();
        if (PassGraph.tokens(shape.pass, shape.rows) > 0) {
            given.put(PassGraph.IDS, arrays.ids);
        }
        given.put(CachedAttention.POSITIONS, arrays.positions);
        given.put(CachedAttention.MASK, mask(shape));
        long past = (long) shape.context * batch;
        for (int i = 0; i < model.config().layers(); i++) {
            given.put(CachedAttention.pastKeys(i), cache.keys(i, 0, past));
            given.put(CachedAttention.pastValues(i), cache.values(i, 0, past));
            targets.put(PassGraph.newKeys(i), arrays.keys.get(i));
            targets.put(PassGraph.newValues(i), arrays.values.get(i));
        }
        List<String> outputs = new ArrayList<>();
        if (shape.pass != DecodePass.PREFILL) {
            outputs.add(PassGraph.LOGITS);
        }
        if (shape.pass.keepsBase()) {
            targets.put(PassGraph.NEW_BASE, base);
        }
        if (shape.pass.mixes()) {
            given.put(PassGraph.BASE, base);
            outputs.add(PassGraph.WEIGHT);
        }
        StaticPlan plan = StaticPlan.of(graph.graph())
                .given(given)
                .into(targets)
                .outputs(outputs)
                .sharing(memory)
                .compile();
        try {
            requireMemory(bufferBytes());
        } catch (QuietStarException e) {
            plan.close();
            throw e;
        }
        return plan;
    }

    @Override
    public void close() {
        plans.close();
        memory.close();
        cache.close();
        base.close();
        masks.values().forEach(INDArray::close);
        rowArrays.values().forEach(arrays -> {
            arrays.ids.close();
            arrays.positions.close();
            arrays.keys.forEach(INDArray::close);
            arrays.values.forEach(INDArray::close);
        });
    }
}
