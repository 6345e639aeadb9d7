package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.quietstar.samediff.OpOrder;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;
import org.quietstar.samediff.plan.pass.CommonSubexpressions;
import org.quietstar.samediff.plan.pass.GraphPass;
import org.quietstar.samediff.plan.pass.OpRewrite;
import org.quietstar.samediff.plan.pass.Pass;
import org.quietstar.samediff.plan.pass.ReshapeAsAlias;
import org.quietstar.samediff.plan.pass.ZeroElimination;
import org.quietstar.samediff.plan.run.OpBinding;

/**
 * Turns a graph into an ordered list of steps: keeps the ops that the outputs need, infers every shape once, and lets
 * each pass do its part, first op by op, then on all steps together.
 */
final class PlanCompiler {
    private final SameDiff graph;
    private final SameDiff parametersFrom;
    private final Map<String, INDArray> given;
    private final List<Pass> passes;
    private final Map<Pass, Integer> applied = new LinkedHashMap<>();
    private final PlanGraph draft = new PlanGraph();

    PlanCompiler(SameDiff graph, SameDiff parametersFrom, Map<String, INDArray> given, List<Pass> passes) {
        this.passes = passes;
        this.graph = graph;
        this.parametersFrom = parametersFrom;
        this.given = given;
        passes.forEach(pass -> applied.put(pass, 0));
    }

    /**
     * The steps for the outputs, in order; values are reachable by {@link #value}.
     *
     * @param targets arrays that outputs are written into
     */
    List<KernelNode> build(List<String> outputs, Map<String, INDArray> targets) {
        List<String> wanted = new ArrayList<>(outputs);
        wanted.addAll(targets.keySet());
        given.keySet().forEach(this::rememberTransform);
        for (String opName : OpOrder.of(graph, wanted, given.keySet())) {
            infer(graph.getOps().get(opName));
        }
        targets.forEach(this::bind);
        Set<Value> values = new HashSet<>();
        for (String name : wanted) {
            Value dense = draft.dense(value(name));
            draft.put(Value.view(name, dense, dense.layout(), dense.array));
            values.add(dense);
        }
        var steps = new StepList(draft, draft.steps(), values);
        for (Pass pass : passes) {
            if (pass instanceof GraphPass stepPass) {
                applied.merge(pass, stepPass.apply(steps), Integer::sum);
            }
        }
        return steps.steps();
    }

    /** A given value that is a transform of another given one need not be computed again. */
    private void rememberTransform(String name) {
        String writer = graph.hasVariable(name) ? graph.getVariables().get(name).getOutputOfOp() : null;
        if (writer == null) {
            return;
        }
        DifferentialFunction op = graph.getOps().get(writer).getOp();
        String[] arguments = OpOrder.argumentsOf(op);
        if (arguments.length == 1 && given.containsKey(arguments[0])) {
            draft.remember(CommonSubexpressions.keyOf(op.opName(), value(arguments[0])), List.of(value(name)));
        }
    }

    /** How often each pass did something. */
    Map<Pass, Integer> applied() {
        return applied;
    }

    /** The planned value of a variable. */
    Value value(String variable) {
        return draft.value(variable).orElseGet(() -> leaf(variable));
    }

    private void bind(String name, INDArray target) {
        Value value = draft.dense(value(name));
        if (value.length() != target.length() || value.dataType != target.dataType()) {
            throw new IllegalArgumentException("'" + name + "' is " + value.dataType + " of " + value.length()
                    + " numbers, but the array that it is to be written into is " + target.dataType() + " of "
                    + target.length());
        }
        if (!ArrayViews.isRowMajor(target)) {
            throw new IllegalArgumentException("The array that '" + name
                    + "' is to be written into does not stand in row-major order without gaps");
        }
        Value root = value.root();
        if (root.kind() == Value.Kind.COMPUTED && value.isWhole()) {
            root.bind(ArrayViews.view(target, StridedLayout.dense(root.shape)));
        } else {
            Value copy = draft.temporary(value.dataType, value.shape);
            copy.bind(target);
            draft.step(DynamicCustomOp.builder("identity").build(), List.of(value), List.of(copy));
            draft.put(Value.view(name, copy, copy.layout(), copy.array));
        }
    }

    private Value leaf(String name) {
        SDVariable variable = graph.getVariable(name);
        INDArray array = given.get(name);
        if (array == null) {
            array = switch (variable.getVariableType()) {
                case PLACEHOLDER ->
                    throw new IllegalArgumentException("No array is given for placeholder '" + name + "'");
                case VARIABLE ->
                    parametersFrom.hasVariable(name)
                            ? parametersFrom.getVariable(name).getArr()
                            : variable.getArr();
                case CONSTANT -> variable.getArr();
                default -> throw new IllegalStateException("'" + name + "' is read before it is written");
            };
        }
        if (array.dataType() != variable.dataType()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is " + variable.dataType() + " in the graph, but its array is " + array.dataType()
                            + "; M2.1 would overwrite the array with a converted one");
        }
        if (variable.isConstant()) {
            return draft.constant(name, array);
        }
        Value value = Value.root(name, Value.Kind.BOUND, array.dataType(), array.shape(), array);
        draft.put(value);
        return value;
    }

    private void infer(SameDiffOp node) {
        DifferentialFunction op = node.getOp();
        PlanObstacles.of(op).ifPresent(obstacle -> {
            throw new IllegalArgumentException("The graph cannot be planned: " + obstacle);
        });
        List<Value> in = new ArrayList<>();
        for (String argument : OpOrder.argumentsOf(op)) {
            in.add(value(argument));
        }
        List<String> names = node.getOutputsOfOp();
        List<DataType> types =
                names.stream().map(n -> graph.getVariable(n).dataType()).toList();
        var call = new GraphOp(op, in, shapes(op, in, names, types));
        for (Pass pass : passes) {
            if (pass instanceof OpRewrite rewrite && rewrite.apply(call, draft)) {
                applied.merge(pass, 1, Integer::sum);
                return;
            }
        }
        draft.step(op, in, call.outputs().stream().map(draft::computed).toList());
    }

    /** The outputs with their names, types and shapes; what kind of values they are is not decided yet. */
    private List<Value> shapes(DifferentialFunction op, List<Value> in, List<String> names, List<DataType> types) {
        if (ZeroElimination.isZeros(op) || ReshapeAsAlias.isIdentity(op)) {
            return List.of(draft.describe(names.get(0), types.get(0), in.get(0).shape));
        }
        var binding = new OpBinding(op, in.stream().map(v -> v.array).toList());
        List<Value> result = new ArrayList<>();
        for (LongShapeDescriptor shape : binding.outputShapes(types)) {
            result.add(draft.describe(names.get(result.size()), shape.dataType(), shape.getShape()));
        }
        return result;
    }
}
