package org.quietstar.samediff.plan.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** The values and steps of a plan while it is made. */
public final class PlanGraph {
    private final Map<String, Value> values = new HashMap<>();
    private final IdentityHashMap<INDArray, Value> constants = new IdentityHashMap<>();
    private final Map<DataType, INDArray> standIns = new EnumMap<>(DataType.class);
    private final List<KernelNode> steps = new ArrayList<>();
    private final Map<Object, List<Value>> results = new HashMap<>();
    private final Map<Place, Writer> writers = new HashMap<>();
    private final Map<Place, Value> copies = new HashMap<>();
    private final Map<KernelNode, Copy> permutations = new HashMap<>();
    private int temporaries;

    /** Which numbers a view shows. */
    private record Place(Value root, StridedLayout layout) {
        static Place of(Value value) {
            return new Place(value.root(), value.layout());
        }
    }

    /** Adds the steps that write a view out. */
    public interface Writer {
        void write(Value target);
    }

    /** The planned value of a variable. */
    public Optional<Value> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    public void put(Value value) {
        values.put(value.name, value);
    }

    public List<KernelNode> steps() {
        return steps;
    }

    private String temporaryName() {
        return "plan." + temporaries++;
    }

    /** A value's name, type and shape, with an array to infer other shapes from; not yet part of the plan. */
    public Value describe(String name, DataType type, long... shape) {
        return Value.root(name, Value.Kind.COMPUTED, type, shape, standIn(type, shape));
    }

    /** Makes a described value one that a step computes. */
    public Value computed(Value described) {
        put(described);
        return described;
    }

    /** A new computed value that the graph does not know. */
    public Value temporary(DataType type, long... shape) {
        return computed(describe(temporaryName(), type, shape));
    }

    /** Makes a described value all zero. */
    public void zero(Value described) {
        put(Value.root(
                described.name,
                Value.Kind.ZERO,
                described.dataType,
                described.shape,
                standIn(described.dataType, described.shape)));
    }

    /** Makes a described value share the numbers of {@code target}, as many as it has. */
    public void alias(Value described, Value target) {
        put(reshaped(described.name, target, described.shape));
    }

    /** The numbers of {@code target} in another shape. */
    public Value reshaped(Value target, long... shape) {
        return reshaped(temporaryName(), target, shape);
    }

    private Value reshaped(String name, Value target, long... shape) {
        if (Arrays.equals(target.shape, shape)) {
            return seenAs(name, target.root(), target.layout());
        }
        Value dense = dense(target);
        return seenAs(name, dense.root(), dense.layout().reshaped(shape).orElseThrow());
    }

    /** A value whose numbers are some of {@code root}'s. */
    private Value seenAs(String name, Value root, StridedLayout layout) {
        boolean hasNumbers = root.kind() == Value.Kind.CONSTANT || root.kind() == Value.Kind.BOUND;
        INDArray array = hasNumbers ? ArrayViews.of(root, layout) : standIn(root.dataType, layout.shape());
        return Value.view(name, root, layout, array);
    }

    /**
     * Makes a described value a view of a source, without a copy. Matrix products read it where it stands; for other
     * readers {@code writer} adds the step that writes it out into the given value, once.
     *
     * @param layout of the view among the numbers of the source's root
     */
    public void view(Value described, Value source, StridedLayout layout, Writer writer) {
        Value view = seenAs(described.name, source.root(), layout);
        put(view);
        if (!view.isDense()) {
            writers.putIfAbsent(Place.of(view), writer);
        }
    }

    /** The value itself where its numbers stand in a row, else a copy where they do. */
    public Value dense(Value value) {
        if (value.isDense()) {
            return value;
        }
        Place place = Place.of(value);
        if (!copies.containsKey(place)) {
            Value target = temporary(value.dataType, value.shape);
            writers.get(place).write(target);
            copies.put(place, target);
        }
        return copies.get(place);
    }

    /** A constant made here. */
    public Value constant(INDArray array) {
        return constant(temporaryName(), array);
    }

    /** A constant; the one known already where its array is the same. */
    public Value constant(String name, INDArray array) {
        Value value = constants.computeIfAbsent(
                array, a -> Value.root(name, Value.Kind.CONSTANT, a.dataType(), a.shape(), a));
        values.put(name, value);
        return value;
    }

    /** Adds a step of the graph's own op. */
    public void step(DifferentialFunction op, List<Value> inputs, List<Value> outputs) {
        List<Value> readable = inputs.stream()
                .map(in -> op.opName().equals("matmul") && MatrixOperand.fits(in) ? in : dense(in))
                .toList();
        steps.add(new KernelNode(op, readable, outputs));
    }

    /** Tells what the step that was added last copies. */
    public void lastStepCopies(Copy copy) {
        permutations.put(steps.get(steps.size() - 1), copy);
    }

    /** What a step copies, if it does nothing else. */
    public Optional<Copy> copyOf(KernelNode step) {
        return Optional.ofNullable(permutations.get(step));
    }

    /** Adds a step of a native op by name. */
    public void step(String op, List<Value> inputs, Value output, int... integers) {
        step(DynamicCustomOp.builder(op).addIntegerArguments(integers).build(), inputs, List.of(output));
    }

    /** Adds a sum over the axes along which {@code target} was broadcast to the shape of {@code x}. */
    public void sumTo(Value x, Value target) {
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

    /** What an equal computation gave before. */
    public Optional<List<Value>> known(Object key) {
        return Optional.ofNullable(results.get(key));
    }

    /** Remembers what a computation gives. */
    public void remember(Object key, List<Value> outputs) {
        results.put(key, outputs);
    }

    /**
     * An array of the given shape for shape inference, whose numbers mean nothing: a single one, repeated by strides of 0,
     * so that planning takes no memory.
     */
    private INDArray standIn(DataType type, long... shape) {
        INDArray single = standIns.computeIfAbsent(type, t -> Nd4j.createUninitializedDetached(t, 1));
        return ArrayViews.view(single, new StridedLayout(shape, new long[shape.length], 0));
    }
}
