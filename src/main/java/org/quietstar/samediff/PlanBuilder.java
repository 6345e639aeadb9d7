package org.quietstar.samediff;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Turns a graph into an ordered list of steps: keeps the ops that the outputs need, infers every shape once, computes
 * what depends on constants and shapes alone, shares buffers where an op only renames or reshapes, and drops what is
 * known to be zero.
 */
final class PlanBuilder {
    private static final Set<String> RESHAPES =
            Set.of("reshape", "identity", "stop_gradient", "expand_dims", "squeeze", "flatten");
    private static final Set<String> SHAPE_ONLY = Set.of("shape_of", "size", "size_at", "rank");
    private static final Set<String> ZEROS = Set.of("zeros_as", "zeroslike", "zeros_like");
    /** Reductions of an axis of length 1 that return their input; M2.1 skips such a legacy op and leaves its output unwritten. */
    private static final Set<String> IDENTITY_ON_ONE = Set.of(
            "reduce_sum",
            "reduce_max",
            "reduce_min",
            "reduce_mean",
            "sum",
            "max",
            "min",
            "mean",
            "reduce_prod",
            "prod");

    private final SameDiff graph;
    private final SameDiff variableSource;
    private final Map<String, INDArray> inputs;
    private final Map<String, PlanValue> values = new HashMap<>();
    private final Map<DataType, INDArray> standIns = new HashMap<>();
    private final List<PlanStep> steps = new ArrayList<>();

    PlanBuilder(SameDiff graph, SameDiff variableSource, Map<String, INDArray> inputs) {
        this.graph = graph;
        this.variableSource = variableSource;
        this.inputs = inputs;
    }

    /** The steps for {@code outputs}, in order; values are reachable by {@link #value}. */
    List<PlanStep> build(List<String> outputs) {
        for (String opName : order(outputs)) {
            infer(graph.getOps().get(opName));
        }
        return live(outputs);
    }

    /** The planned value of a variable. */
    PlanValue value(String variable) {
        PlanValue known = values.get(variable);
        return known != null ? known : leaf(variable);
    }

    /** Needed ops in a topological order that follows the graph's own as closely as it can, which keeps lifetimes short. */
    private List<String> order(List<String> outputs) {
        Map<String, Integer> rank = new HashMap<>();
        for (String name : graph.getOps().keySet()) {
            rank.put(name, rank.size());
        }
        Map<String, Set<String>> needs = neededOps(outputs);
        Map<String, List<String>> users = new HashMap<>();
        Map<String, Integer> missing = new HashMap<>();
        var ready = new PriorityQueue<String>((a, b) -> Integer.compare(rank.get(a), rank.get(b)));
        needs.forEach((op, before) -> {
            missing.put(op, before.size());
            before.forEach(b -> users.computeIfAbsent(b, x -> new ArrayList<>()).add(op));
            if (before.isEmpty()) {
                ready.add(op);
            }
        });
        List<String> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            String op = ready.remove();
            order.add(op);
            for (String user : users.getOrDefault(op, List.of())) {
                if (missing.merge(user, -1, Integer::sum) == 0) {
                    ready.add(user);
                }
            }
        }
        if (order.size() != needs.size()) {
            throw new IllegalArgumentException("The graph has a cycle; loops and conditionals cannot be planned");
        }
        return order;
    }

    /** For each op that the outputs need, the ops that write its inputs. */
    private Map<String, Set<String>> neededOps(List<String> outputs) {
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        Deque<String> todo = new ArrayDeque<>();
        for (String output : outputs) {
            if (graph.getVariable(output) == null) {
                throw new IllegalArgumentException("The graph has no variable '" + output + "'");
            }
            String op = graph.getVariables().get(output).getOutputOfOp();
            if (op != null) {
                todo.add(op);
            }
        }
        while (!todo.isEmpty()) {
            String op = todo.remove();
            if (needs.containsKey(op)) {
                continue;
            }
            Set<String> before = new HashSet<>();
            for (String argument : argumentsOf(graph.getOps().get(op).getOp())) {
                String writer = graph.getVariables().get(argument).getOutputOfOp();
                if (writer != null) {
                    before.add(writer);
                    todo.add(writer);
                }
            }
            needs.put(op, before);
        }
        return needs;
    }

    private static String[] argumentsOf(DifferentialFunction op) {
        String[] names = op.argNames();
        return names == null ? new String[0] : names;
    }

    private PlanValue leaf(String name) {
        SDVariable variable = graph.getVariable(name);
        INDArray array = switch (variable.getVariableType()) {
            case PLACEHOLDER -> inputs.get(name);
            case VARIABLE ->
                variableSource.hasVariable(name)
                        ? variableSource.getVariable(name).getArr()
                        : variable.getArr();
            case CONSTANT -> variable.getArr();
            default -> throw new IllegalStateException("'" + name + "' is read before it is written");
        };
        if (array == null) {
            throw new IllegalArgumentException("No array is given for placeholder '" + name + "'");
        }
        if (array.dataType() != variable.dataType()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is " + variable.dataType() + " in the graph, but its array is " + array.dataType()
                            + "; M2.1 would overwrite the array with a converted one");
        }
        var kind = variable.isConstant() ? PlanValue.Kind.CONSTANT : PlanValue.Kind.BOUND;
        var value = new PlanValue(name, kind, array.dataType(), array.shape(), null, array);
        values.put(name, value);
        return value;
    }

    private void infer(SameDiffOp node) {
        DifferentialFunction op = node.getOp();
        List<PlanValue> in = new ArrayList<>();
        for (String argument : argumentsOf(op)) {
            in.add(value(argument));
        }
        List<String> names = node.getOutputsOfOp();
        List<DataType> types =
                names.stream().map(n -> graph.getVariable(n).dataType()).toList();
        if (ZEROS.contains(op.opName())) {
            define(names.get(0), PlanValue.Kind.ZERO, types.get(0), in.get(0).shape, null);
            return;
        }
        if (op.opName().equals("identity") || op.opName().equals("stop_gradient")) {
            alias(names.get(0), in.get(0), in.get(0).shape);
            return;
        }
        var binding = new OpBinding(op, in.stream().map(v -> v.array).toList());
        List<LongShapeDescriptor> shapes = binding.outputShapes(types);
        if (simplify(op, in, names, shapes)) {
            return;
        }
        if (SHAPE_ONLY.contains(op.opName()) || in.stream().allMatch(PlanValue::isStatic)) {
            evaluate(binding, names, shapes);
            return;
        }
        List<PlanValue> out = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            out.add(define(
                    names.get(i),
                    PlanValue.Kind.COMPUTED,
                    shapes.get(i).dataType(),
                    shapes.get(i).getShape(),
                    null));
        }
        steps.add(new PlanStep(op, in, out));
    }

    /** Handles ops that need no kernel; true if it did. */
    private boolean simplify(
            DifferentialFunction op, List<PlanValue> in, List<String> names, List<LongShapeDescriptor> shapes) {
        String kind = op.opName();
        long[] shape = shapes.get(0).getShape();
        boolean sameSize = !in.isEmpty() && in.get(0).length() == length(shape);
        if (RESHAPES.contains(kind) && sameSize && !in.get(0).isStatic()) {
            alias(names.get(0), in.get(0), shape);
            return true;
        }
        if (op instanceof ReduceOp
                && sameSize
                && in.get(0).length() > 1
                && IDENTITY_ON_ONE.contains(kind)
                && !in.get(0).isStatic()) {
            alias(names.get(0), in.get(0), shape);
            return true;
        }
        if (kind.equals("add") && in.size() == 2) {
            for (int zero = 0; zero < 2; zero++) {
                PlanValue other = in.get(1 - zero);
                if (in.get(zero).kind == PlanValue.Kind.ZERO && Arrays.equals(other.shape, shape)) {
                    alias(names.get(0), other, shape);
                    return true;
                }
            }
        }
        boolean zeroProduct = kind.equals("multiply") && in.stream().anyMatch(v -> v.kind == PlanValue.Kind.ZERO);
        boolean zeroGradient = kind.equals("reduce_max_bp") && in.get(1).kind == PlanValue.Kind.ZERO;
        boolean zeroShape =
                (RESHAPES.contains(kind) || kind.equals("permute")) && in.get(0).kind == PlanValue.Kind.ZERO;
        if (zeroProduct || zeroGradient || zeroShape) {
            define(names.get(0), PlanValue.Kind.ZERO, shapes.get(0).dataType(), shape, null);
            return true;
        }
        return false;
    }

    private void evaluate(OpBinding binding, List<String> names, List<LongShapeDescriptor> shapes) {
        List<INDArray> results = new ArrayList<>();
        for (LongShapeDescriptor shape : shapes) {
            results.add(Nd4j.create(shape.dataType(), shape.getShape()));
        }
        binding.setOutputs(results);
        binding.execute();
        for (int i = 0; i < names.size(); i++) {
            INDArray result = results.get(i);
            values.put(
                    names.get(i),
                    new PlanValue(
                            names.get(i), PlanValue.Kind.CONSTANT, result.dataType(), result.shape(), null, result));
        }
    }

    private void alias(String name, PlanValue target, long[] shape) {
        INDArray array = target.kind == PlanValue.Kind.CONSTANT || target.kind == PlanValue.Kind.BOUND
                ? target.array.reshape('c', shape)
                : standIn(target.dataType, shape);
        values.put(name, new PlanValue(name, target.kind, target.dataType, shape, target, array));
    }

    private PlanValue define(String name, PlanValue.Kind kind, DataType type, long[] shape, PlanValue aliasOf) {
        var value = new PlanValue(name, kind, type, shape, aliasOf, standIn(type, shape));
        values.put(name, value);
        return value;
    }

    /** An array of the given shape for shape inference, whose numbers mean nothing. */
    private INDArray standIn(DataType type, long[] shape) {
        long length = Math.max(1, length(shape));
        INDArray flat = standIns.get(type);
        if (flat == null || flat.length() < length) {
            flat = Nd4j.createUninitializedDetached(type, Math.max(1024, length));
            standIns.put(type, flat);
        }
        return BufferPlanner.viewOf(flat, shape);
    }

    private static long length(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** The steps that the outputs still need, after aliases and zeros cut some off; sets lifetimes. */
    private List<PlanStep> live(List<String> outputs) {
        Set<PlanValue> wanted = new HashSet<>();
        outputs.forEach(name -> wanted.add(value(name).root()));
        Deque<PlanStep> kept = new ArrayDeque<>();
        for (int i = steps.size() - 1; i >= 0; i--) {
            PlanStep step = steps.get(i);
            if (step.outputs().stream().anyMatch(wanted::contains)) {
                step.inputs().forEach(v -> wanted.add(v.root()));
                kept.addFirst(step);
            }
        }
        List<PlanStep> result = new ArrayList<>(kept);
        for (int i = 0; i < result.size(); i++) {
            for (PlanValue out : result.get(i).outputs()) {
                out.firstStep = i;
                out.lastStep = i;
            }
            for (PlanValue in : result.get(i).inputs()) {
                in.root().lastStep = i;
            }
        }
        for (String name : outputs) {
            value(name).root().lastStep = Integer.MAX_VALUE;
        }
        return result;
    }
}
