package org.quietstar.samediff.plan.pass;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/** The gradients of a concatenation's parts are slices of the whole's, which need no copy where the parts are rows. */
public final class ConcatGradientAsSlices implements OpRewrite {

    @Override
    public String summary() {
        return "gradients of a concatenation's parts read where they stand";
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (!call.is("concat_bp") || !(call.op() instanceof DynamicCustomOp custom) || custom.iArgs().length != 1) {
            return false;
        }
        int parts = call.outputs().size();
        if (call.inputs().size() != parts + 1) {
            return false;
        }
        Value whole = call.input(parts);
        int rank = whole.shape.length;
        int axis = (int) (custom.iArgs()[0] < 0 ? custom.iArgs()[0] + rank : custom.iArgs()[0]);
        long[] begin = new long[rank];
        for (Value part : call.outputs()) {
            long[] from = begin.clone();
            draft.view(
                    part, whole, whole.layout().sliced(from, part.shape), target -> copy(whole, from, target, draft));
            begin[axis] += part.shape[axis];
        }
        return true;
    }

    private static void copy(Value whole, long[] from, Value target, PlanGraph draft) {
        var slice = DynamicCustomOp.builder("slice")
                .addIntegerArguments(LongStream.concat(Arrays.stream(from), Arrays.stream(target.shape))
                        .mapToInt(n -> (int) n)
                        .toArray())
                .build();
        draft.step(slice, List.of(draft.dense(whole)), List.of(target));
    }
}
