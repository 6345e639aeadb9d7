package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Arrays that are only put one after another are written where they will stand. Parts that the caller has already put
 * there are left alone.
 */
public final class InPlaceConcat implements GraphPass {

    @Override
    public String summary() {
        return "parts of a concatenation written in place";
    }

    @Override
    public int apply(StepList steps) {
        List<KernelNode> kept = new ArrayList<>();
        int count = 0;
        for (KernelNode step : steps.steps()) {
            if (step.is("concat") && isLeading(step) && placed(step, steps)) {
                count++;
            } else {
                kept.add(step);
            }
        }
        steps.set(kept);
        return count;
    }

    private static boolean isLeading(KernelNode step) {
        long[] arguments = ((DynamicCustomOp) step.op()).iArgs();
        long[] shape = step.outputs().get(0).shape;
        boolean alone = step.inputs().stream().allMatch(in -> in.shape.length == shape.length);
        return alone
                && arguments.length == 1
                && arguments[0] >= 0
                && Arrays.stream(shape, 0, (int) arguments[0]).allMatch(n -> n == 1);
    }

    private static boolean placed(KernelNode step, StepList steps) {
        Value whole = step.outputs().get(0);
        if (!whole.isWhole()) {
            return false;
        }
        long offset = 0;
        List<Runnable> moves = new ArrayList<>();
        for (Value part : step.inputs()) {
            StridedLayout dense = StridedLayout.dense(part.root().shape);
            StridedLayout place = new StridedLayout(dense.shape(), dense.strides(), offset);
            if (!standsThere(part, whole.root(), offset)) {
                Value root = part.root();
                boolean free = root.kind() == Value.Kind.COMPUTED
                        && part.isWhole()
                        && !steps.isOutput(root)
                        && step.inputs().stream()
                                        .filter(other -> other.root() == root)
                                        .count()
                                == 1;
                if (!free) {
                    return false;
                }
                moves.add(() -> root.moveInto(whole.root(), place));
            }
            offset += part.length();
        }
        moves.forEach(Runnable::run);
        return true;
    }

    /** Whether the part is the caller's own array, and lies in the caller's whole one where it belongs. */
    private static boolean standsThere(Value part, Value whole, long offset) {
        boolean bound = part.kind() == Value.Kind.BOUND && whole.kind() == Value.Kind.BOUND && part.isWhole();
        if (!bound) {
            return false;
        }
        INDArray place = ArrayViews.view(
                whole.array,
                new StridedLayout(part.shape, StridedLayout.dense(part.shape).strides(), offset));
        return ArrayViews.sameStart(part.root().array, place);
    }
}
