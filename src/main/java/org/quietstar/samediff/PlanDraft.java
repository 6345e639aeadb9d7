package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** The values and steps of a plan while it is made. */
final class PlanDraft {
    private final Map<String, PlanValue> values = new HashMap<>();
    private final Map<DataType, INDArray> standIns = new EnumMap<>(DataType.class);
    private final List<PlanStep> steps = new ArrayList<>();
    private final Map<Object, List<PlanValue>> results = new HashMap<>();
    private int temporaries;

    /** The planned value of a variable, or null. */
    PlanValue value(String name) {
        return values.get(name);
    }

    void put(PlanValue value) {
        values.put(value.name, value);
    }

    List<PlanStep> steps() {
        return steps;
    }

    /** A value's name, type and shape, with an array to infer other shapes from; not yet part of the plan. */
    PlanValue describe(String name, DataType type, long... shape) {
        return new PlanValue(name, PlanValue.Kind.COMPUTED, type, shape, null, standIn(type, shape));
    }

    /** Makes a described value one that a step computes. */
    PlanValue computed(PlanValue described) {
        put(described);
        return described;
    }

    /** A new computed value that the graph does not know. */
    PlanValue temporary(DataType type, long... shape) {
        return computed(describe("plan." + temporaries++, type, shape));
    }

    /** Makes a described value all zero. */
    void zero(PlanValue described) {
        put(new PlanValue(
                described.name,
                PlanValue.Kind.ZERO,
                described.dataType,
                described.shape,
                null,
                standIn(described.dataType, described.shape)));
    }

    /** Makes a described value share the numbers of {@code target}. */
    void alias(PlanValue described, PlanValue target) {
        put(seenAs(described.name, target, described.shape));
    }

    /** The numbers of {@code target} in another shape. */
    PlanValue reshaped(PlanValue target, long... shape) {
        return seenAs("plan." + temporaries++, target, shape);
    }

    private PlanValue seenAs(String name, PlanValue target, long... shape) {
        boolean hasNumbers = target.kind == PlanValue.Kind.CONSTANT || target.kind == PlanValue.Kind.BOUND;
        INDArray array = hasNumbers ? inShape(target.root(), shape) : standIn(target.dataType, shape);
        return new PlanValue(name, target.kind, target.dataType, shape, target, array);
    }

    /** A root's numbers in another shape; a copy of the caller's array would not follow what the caller puts there. */
    static INDArray inShape(PlanValue root, long... shape) {
        INDArray array = root.array;
        if (Arrays.equals(array.shape(), shape)) {
            return array;
        }
        boolean rowMajor = Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), 'c'));
        if (root.kind == PlanValue.Kind.BOUND && !rowMajor) {
            throw new IllegalArgumentException("The array of '" + root.name
                    + "' is reshaped by the graph, but its numbers do not stand in row-major order without gaps; give"
                    + " array.dup('c')");
        }
        return array.reshape('c', shape);
    }

    /** A constant made here. */
    PlanValue constant(INDArray array) {
        var value = new PlanValue(
                "plan." + temporaries++, PlanValue.Kind.CONSTANT, array.dataType(), array.shape(), null, array);
        put(value);
        return value;
    }

    /** Adds a step of the graph's own op. */
    void step(DifferentialFunction op, List<PlanValue> inputs, List<PlanValue> outputs) {
        steps.add(new PlanStep(op, inputs, outputs));
    }

    /** Adds a step of a native op by name. */
    void step(String op, List<PlanValue> inputs, PlanValue output, int... integers) {
        step(DynamicCustomOp.builder(op).addIntegerArguments(integers).build(), inputs, List.of(output));
    }

    /** Adds a sum over the axes along which {@code target} was broadcast to the shape of {@code x}. */
    void sumTo(PlanValue x, PlanValue target) {
        int offset = x.shape.length - target.shape.length;
        int[] axes = IntStream.range(0, x.shape.length)
                .filter(i -> i < offset || (target.shape[i - offset] == 1 && x.shape[i] != 1))
                .toArray();
        long[] kept = x.shape.clone();
        for (int axis : axes) {
            kept[axis] = 1;
        }
        var sum = DynamicCustomOp.builder("reduce_sum")
                .addIntegerArguments(axes)
                .addBooleanArguments(true)
                .build();
        step(sum, List.of(x), List.of(reshaped(target, kept)));
    }

    /** What an equal computation gave before, or null. */
    List<PlanValue> known(Object key) {
        return results.get(key);
    }

    /** Remembers what a computation gives. */
    void remember(Object key, List<PlanValue> outputs) {
        results.put(key, outputs);
    }

    /** An array of the given shape for shape inference, whose numbers mean nothing. */
    private INDArray standIn(DataType type, long... shape) {
        long length = Math.max(1, Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        INDArray flat = standIns.get(type);
        if (flat == null || flat.length() < length) {
            flat = Nd4j.createUninitializedDetached(type, Math.max(1024, length));
            standIns.put(type, flat);
        }
        return BufferPlanner.viewOf(flat, shape);
    }
}
