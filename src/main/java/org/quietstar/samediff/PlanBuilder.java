package org.quietstar.samediff;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * Turns a graph into an ordered list of steps: keeps the ops that the outputs need, infers every shape once, computes
 * what depends on constants and shapes alone, shares buffers where an op only renames or reshapes, and drops what is
 * known to be zero.
 */
final class PlanBuilder {
    /** Rewrites that leave every bit as it is. */
    static final List<PlanRewrite> EXACT = List.of(
            new ZeroElimination(),
            new Reshapes(),
            new ConstantFolding(),
            new CommonSubexpressions(),
            new BroadcastSums());

    /** Rewrites that change no result beyond rounding. */
    static final List<PlanRewrite> ROUNDING = List.of(
            new SplitBroadcastGradient(),
            new SplitMatmulGradient(),
            new SigmoidGradient(),
            new RowPermutation(),
            new ThinProducts());

    /** All, in the order in which they are asked; the first that takes an op ends the asking. */
    static final List<PlanRewrite> ALL =
            Stream.concat(EXACT.stream(), ROUNDING.stream()).toList();

    private final SameDiff graph;
    private final SameDiff variableSource;
    private final Map<String, INDArray> inputs;
    private final List<PlanRewrite> rewrites;
    private final PlanDraft draft = new PlanDraft();

    PlanBuilder(SameDiff graph, SameDiff variableSource, Map<String, INDArray> inputs, List<PlanRewrite> rewrites) {
        this.rewrites = rewrites;
        this.graph = graph;
        this.variableSource = variableSource;
        this.inputs = inputs;
    }

    /** The steps for {@code outputs}, in order; values are reachable by {@link #value}. */
    List<PlanStep> build(List<String> outputs) {
        for (String opName : OpOrder.of(graph, outputs)) {
            infer(graph.getOps().get(opName));
        }
        return live(outputs);
    }

    /** The planned value of a variable. */
    PlanValue value(String variable) {
        PlanValue known = draft.value(variable);
        return known != null ? known : leaf(variable);
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
        draft.put(value);
        return value;
    }

    private void infer(SameDiffOp node) {
        DifferentialFunction op = node.getOp();
        List<PlanValue> in = new ArrayList<>();
        for (String argument : OpOrder.argumentsOf(op)) {
            in.add(value(argument));
        }
        List<String> names = node.getOutputsOfOp();
        List<DataType> types =
                names.stream().map(n -> graph.getVariable(n).dataType()).toList();
        List<PlanValue> shapesOnly = shapes(op, in, names, types);
        var call = new PlanCall(op, in, shapesOnly);
        for (PlanRewrite rewrite : rewrites) {
            if (rewrite.apply(call, draft)) {
                return;
            }
        }
        draft.step(op, in, shapesOnly.stream().map(draft::computed).toList());
    }

    /** The outputs with their names, types and shapes; what kind of values they are is not decided yet. */
    private List<PlanValue> shapes(
            DifferentialFunction op, List<PlanValue> in, List<String> names, List<DataType> types) {
        if (ZeroElimination.isZeros(op) || Reshapes.isIdentity(op)) {
            return List.of(draft.describe(names.get(0), types.get(0), in.get(0).shape));
        }
        var binding = new OpBinding(op, in.stream().map(v -> v.array).toList());
        List<PlanValue> result = new ArrayList<>();
        for (LongShapeDescriptor shape : binding.outputShapes(types)) {
            result.add(draft.describe(names.get(result.size()), shape.dataType(), shape.getShape()));
        }
        return result;
    }

    /** The steps that the outputs still need, after aliases and zeros cut some off; sets lifetimes. */
    private List<PlanStep> live(List<String> outputs) {
        Set<PlanValue> wanted = new HashSet<>();
        outputs.forEach(name -> wanted.add(value(name).root()));
        Deque<PlanStep> kept = new ArrayDeque<>();
        for (int i = draft.steps().size() - 1; i >= 0; i--) {
            PlanStep step = draft.steps().get(i);
            if (step.outputs().stream().map(PlanValue::root).anyMatch(wanted::contains)) {
                step.inputs().forEach(v -> wanted.add(v.root()));
                kept.addFirst(step);
            }
        }
        List<PlanStep> result = new ArrayList<>(kept);
        for (int i = 0; i < result.size(); i++) {
            for (PlanValue out : result.get(i).outputs()) {
                out.root().firstStep = i;
                out.root().lastStep = i;
            }
            for (PlanValue in : result.get(i).inputs()) {
                in.root().lastStep = i;
            }
            Overwriting.mark(result.get(i));
        }
        for (String name : outputs) {
            value(name).root().lastStep = Integer.MAX_VALUE;
        }
        return result;
    }
}
