package org.quietstar.samediff.plan.pass;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * The gradient of a sum is the same number all along the summed axes. Where only products and sums read it, they
 * broadcast the number themselves, and nobody writes it out.
 */
public final class BroadcastSumGradient implements OpRewrite {

    @Override
    public String summary() {
        return "gradients of sums broadcast instead of written out";
    }

    /** Key of the number behind a written-out gradient. */
    private record Source(Value writtenOut) {}

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (call.is("reduce_sum_bp") && call.inputs().size() == 2 && call.op() instanceof DynamicCustomOp custom) {
            writeOut(call, custom.iArgs(), draft);
            return true;
        }
        if ((call.is("multiply") || call.is("add")) && call.inputs().size() == 2) {
            for (int i = 0; i < 2; i++) {
                Value other = call.input(1 - i);
                Optional<List<Value>> source =
                        draft.known(new Source(call.input(i).root()));
                boolean whole = other.hasShape(call.output(0))
                        && call.input(i).hasShape(call.input(i).root());
                if (source.isPresent() && whole) {
                    draft.step(call.op().opName(), List.of(other, source.get().get(0)), draft.computed(call.output(0)));
                    return true;
                }
            }
        }
        return false;
    }

    private static void writeOut(GraphOp call, long[] axes, PlanGraph draft) {
        Value target = draft.computed(call.output(0));
        draft.step(call.op(), call.inputs(), List.of(target));
        long[] kept = target.shape.clone();
        int rank = kept.length;
        IntStream summed = axes.length == 0
                ? IntStream.range(0, rank)
                : Arrays.stream(axes).mapToInt(axis -> (int) (axis < 0 ? axis + rank : axis));
        summed.forEach(axis -> kept[axis] = 1);
        if (Arrays.stream(kept).reduce(1, (a, b) -> a * b) == call.input(1).length()) {
            draft.remember(new Source(target), List.of(draft.reshaped(call.input(1), kept)));
        }
    }
}
