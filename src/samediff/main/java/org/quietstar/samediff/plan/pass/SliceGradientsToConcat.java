package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.Value;

/**
 * The gradient of something that was read in slices is the slices' gradients side by side. M2.1 fills each up with zeros
 * and adds them all.
 */
public final class SliceGradientsToConcat implements GraphPass {

    @Override
    public String summary() {
        return "gradients of slices put side by side instead of added";
    }

    /** A gradient and where it belongs along an axis of the whole. */
    private record Part(int axis, long begin, long size, Value gradient) {
        long end() {
            return begin + size;
        }
    }

    @Override
    public int apply(StepList steps) {
        List<KernelNode> changed = new ArrayList<>(steps.steps());
        Set<KernelNode> absorbed = new HashSet<>();
        int count = 0;
        for (int i = changed.size() - 1; i >= 0; i--) {
            KernelNode add = changed.get(i);
            if (!add.is("add") || absorbed.contains(add)) {
                continue;
            }
            List<Part> parts = new ArrayList<>();
            Set<KernelNode> within = new HashSet<>();
            Optional<KernelNode> sideBySide = collected(add, parts, within, steps)
                    ? concatenation(add.outputs().get(0), parts, steps.draft())
                    : Optional.empty();
            if (sideBySide.isPresent()) {
                changed.set(i, sideBySide.get());
                absorbed.addAll(within);
                count++;
            }
        }
        steps.set(changed);
        return count;
    }

    /** Finds the slices that a sum consists of; false where something else is in it. */
    private static boolean collected(KernelNode add, List<Part> parts, Set<KernelNode> within, StepList steps) {
        Value sum = add.outputs().get(0);
        for (Value summand : add.inputs()) {
            Optional<KernelNode> writer = steps.onlyWriter(summand, add);
            if (writer.isEmpty() || !summand.hasShape(sum)) {
                return false;
            }
            within.add(writer.get());
            if (writer.get().is("slice_bp")) {
                Optional<Part> part = part(writer.get());
                if (part.isEmpty()) {
                    return false;
                }
                parts.add(part.get());
            } else if (!writer.get().is("add") || !collected(writer.get(), parts, within, steps)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Part> part(KernelNode step) {
        long[] arguments = ((DynamicCustomOp) step.op()).iArgs();
        long[] shape = step.outputs().get(0).shape;
        if (step.inputs().size() != 2 || arguments.length != 2 * shape.length) {
            return Optional.empty();
        }
        int axis = -1;
        for (int d = 0; d < shape.length; d++) {
            if (arguments[shape.length + d] != shape[d]) {
                if (axis >= 0) {
                    return Optional.empty();
                }
                axis = d;
            }
        }
        return axis < 0
                ? Optional.empty()
                : Optional.of(new Part(
                        axis,
                        arguments[axis],
                        arguments[shape.length + axis],
                        step.inputs().get(1)));
    }

    private static Optional<KernelNode> concatenation(Value whole, List<Part> parts, PlanGraph draft) {
        int axis = parts.get(0).axis;
        parts.sort(Comparator.comparingLong(Part::begin));
        List<Value> inputs = new ArrayList<>();
        long end = 0;
        for (Part part : parts) {
            if (part.axis != axis || part.begin < end) {
                return Optional.empty();
            }
            fill(whole, axis, part.begin - end, inputs, draft);
            inputs.add(draft.dense(part.gradient));
            end = part.end();
        }
        fill(whole, axis, whole.shape[axis] - end, inputs, draft);
        var op = DynamicCustomOp.builder("concat").addIntegerArguments(axis).build();
        return Optional.of(new KernelNode(op, inputs, List.of(whole)));
    }

    /** Zeros where no slice was read. */
    private static void fill(Value whole, int axis, long size, List<Value> inputs, PlanGraph draft) {
        if (size > 0) {
            long[] shape = Arrays.copyOf(whole.shape, whole.shape.length);
            shape[axis] = size;
            inputs.add(draft.constant(Nd4j.zeros(whole.dataType, shape)));
        }
    }
}
