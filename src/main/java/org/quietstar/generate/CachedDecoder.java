package org.quietstar.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.HeadShape;
import org.quietstar.model.Masks;
import org.quietstar.samediff.InPlace;
import org.quietstar.samediff.PlanCache;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/**
 * B sequences with their cached keys, and the plans of the passes over them. Each sequence has a slot; what it has in the
 * cache, and how much of that counts, is the caller's to know: a branch is dropped by not counting it any more.
 */
final class CachedDecoder implements AutoCloseable {
    /** Fewest positions that a plan is made for. */
    private static final int LEAST_CONTEXT = 64;
    /** Plans kept: three for a thought, at two sizes of the context, and some for prefills of several lengths. */
    private static final int PLANS = 12;

    /** What a plan is made for. */
    private record Shape(Pass pass, int rows, int context) {}

    /** Arrays that passes of R rows read and write. */
    private record Rows(INDArray ids, INDArray positions, List<INDArray> keys, List<INDArray> values) {}

    private final GenerationModel model;
    private final DataType type;
    private final KeyCache cache;
    private final SharedBuffers memory = new SharedBuffers();
    private final INDArray base;
    private final Map<String, Rows> rowArrays = new HashMap<>();
    private final Map<String, INDArray> masks = new HashMap<>();
    private final PlanCache<Shape> plans = new PlanCache<>(PLANS, this::compile);

    /** @param capacity positions of each sequence, branches included */
    CachedDecoder(GenerationModel model, int batch, int capacity) {
        this.model = model;
        this.type = model.parameters().dataType();
        this.cache = new KeyCache(model.model(), batch, capacity, type);
        this.base = Nd4j.zeros(type, batch, model.model().hiddenSize());
    }

    KeyCache cache() {
        return cache;
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
    StaticPlan run(Pass pass, int rows, int[][] tokens, int[] starts) {
        int context = 0;
        for (int start : starts) {
            context = Math.max(context, start);
        }
        var shape = new Shape(pass, rows, bucket(context));
        fill(shape, tokens, starts);
        StaticPlan plan = plans.get(shape);
        plan.run();
        Rows arrays = rows(pass, rows);
        int markers = pass.hasMarker() ? 1 : 0;
        for (int slot = 0; slot < starts.length; slot++) {
            int count = takesPart(pass, tokens[slot]) ? tokens[slot].length + markers : 0;
            for (int i = 0; i < model.model().layers(); i++) {
                cache.store(i, arrays.keys.get(i), arrays.values.get(i), slot * rows, count, slot, starts[slot]);
            }
        }
        return plan;
    }

    private static boolean takesPart(Pass pass, int... tokens) {
        return tokens.length > 0 || pass == Pass.START;
    }

    /** The least power of two that holds the positions, within what the cache has. */
    private int bucket(int positions) {
        int bucket = Math.max(LEAST_CONTEXT, Integer.highestOneBit(Math.max(1, positions - 1)) * 2);
        return Math.min(bucket, cache.capacity());
    }

    private void fill(Shape shape, int[][] tokens, int... starts) {
        int batch = cache.batch();
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
            InPlace.fill(arrays.ids, ids);
        }
        InPlace.fill(arrays.positions, positions);
        if (type == DataType.FLOAT) {
            InPlace.fill(mask(shape), floatMask(shape, starts));
        } else {
            InPlace.fill(mask(shape), doubleMask(shape, starts));
        }
    }

    private float[] floatMask(Shape shape, int... starts) {
        float[] mask = new float[starts.length * shape.rows * shape.context];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = sees(shape, i, starts) ? 0 : (float) Masks.HIDDEN;
        }
        return mask;
    }

    private double[] doubleMask(Shape shape, int... starts) {
        double[] mask = new double[starts.length * shape.rows * shape.context];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = sees(shape, i, starts) ? 0 : Masks.HIDDEN;
        }
        return mask;
    }

    /** Whether entry i of the mask [B, R, C] is of a cached key that the row sees. */
    private boolean sees(Shape shape, int i, int... starts) {
        int key = i % shape.context;
        int row = i / shape.context % shape.rows;
        int start = starts[i / shape.context / shape.rows];
        int window = model.model().slidingWindow();
        return key < start && (window <= 0 || start + row - key < window);
    }

    private int lastPosition(Shape shape) {
        return Math.min(model.model().maxPositions(), shape.context + shape.rows) - 1;
    }

    private Rows rows(Pass pass, int rows) {
        int batch = cache.batch();
        int tokens = Math.max(1, PassGraph.tokens(pass, rows));
        return rowArrays.computeIfAbsent(rows + " rows, " + tokens + " tokens", key -> {
            List<INDArray> keys = new ArrayList<>();
            List<INDArray> values = new ArrayList<>();
            int width = HeadShape.of(model.model()).keyWidth();
            for (int i = 0; i < model.model().layers(); i++) {
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
                shape.rows + " by " + shape.context,
                key -> Nd4j.zeros(type, cache.batch(), 1, shape.rows, shape.context));
    }

    private StaticPlan compile(Shape shape) {
        Rows arrays = rows(shape.pass, shape.rows);
        var graph = new PassGraph(model, shape.pass, cache.batch(), shape.rows, shape.context, lastPosition(shape));
        Map<String, INDArray> given = new HashMap<>();
        Map<String, INDArray> targets = new HashMap<>();
        if (PassGraph.tokens(shape.pass, shape.rows) > 0) {
            given.put(PassGraph.IDS, arrays.ids);
        }
        given.put(CachedAttention.POSITIONS, arrays.positions);
        given.put(CachedAttention.MASK, mask(shape));
        for (int i = 0; i < model.model().layers(); i++) {
            given.put(CachedAttention.pastKeys(i), cache.keys(i, shape.context));
            given.put(CachedAttention.pastValues(i), cache.values(i, shape.context));
            targets.put(PassGraph.newKeys(i), arrays.keys.get(i));
            targets.put(PassGraph.newValues(i), arrays.values.get(i));
        }
        List<String> outputs = new ArrayList<>();
        if (shape.pass != Pass.PREFILL) {
            outputs.add(PassGraph.LOGITS);
        }
        if (shape.pass.keepsBase()) {
            targets.put(PassGraph.NEW_BASE, base);
        }
        if (shape.pass.mixes()) {
            given.put(PassGraph.BASE, base);
            outputs.add(PassGraph.WEIGHT);
        }
        return StaticPlan.builder(graph.graph(), graph.graph())
                .given(given)
                .into(targets)
                .outputs(outputs)
                .sharing(memory)
                .compile();
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
