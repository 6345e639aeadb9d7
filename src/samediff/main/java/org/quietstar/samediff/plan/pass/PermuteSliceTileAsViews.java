package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.ir.Copy;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Permuted, sliced and tiled arrays that matrix products read are read where they stand, by strides. A copy is made for
 * other readers only: where whole rows move, by a gather, since M2.1's permute works out the place of every single
 * number. Slices of leading rows are never copied.
 */
public final class PermuteSliceTileAsViews implements OpRewrite {

    @Override
    public String summary() {
        return "permuted, sliced and tiled operands read by strides";
    }

    private static final int SHORTEST_ROW = 8;

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (call.inputs().isEmpty() || !(call.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        Value in = call.input(0);
        long[] arguments = custom.iArgs();
        int rank = in.shape.length;
        return switch (call.op().opName()) {
            case "permute" -> call.inputs().size() == 1 && arguments.length == rank && permuted(call, arguments, draft);
            case "slice" -> call.inputs().size() == 1 && arguments.length == 2 * rank && sliced(call, arguments, draft);
            case "tile" -> call.output(0).shape.length == rank && tiled(call, draft);
            default -> false;
        };
    }

    private static boolean permuted(GraphOp call, long[] axes, PlanGraph draft) {
        Value in = call.input(0);
        StridedLayout layout = in.layout().permuted(axes);
        draft.view(call.output(0), in, layout, target -> permute(call, draft.dense(in), axes, target, draft));
        return true;
    }

    private static void permute(GraphOp call, Value in, long[] axes, Value target, PlanGraph draft) {
        int last = in.shape.length - 1;
        if (axes[last] != last || in.shape[last] < SHORTEST_ROW) {
            draft.step(call.op(), List.of(in), List.of(target));
        } else {
            long width = in.shape[last];
            long rows = in.length() / width;
            Value ids = draft.constant(Nd4j.createFromArray(sources(in.shape, axes, Math.toIntExact(rows))));
            draft.step("gather", List.of(draft.reshaped(in, rows, width), ids), draft.reshaped(target, rows, width), 0);
        }
        draft.lastStepCopies(new Copy(in, axes, target));
    }

    /** For each row of the result, its row in the input. */
    private static int[] sources(long[] shape, long[] axes, int rows) {
        int outer = shape.length - 1;
        int[] strides = new int[outer];
        int stride = 1;
        for (int i = outer - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= (int) shape[i];
        }
        int[] sources = new int[rows];
        int[] index = new int[outer];
        int source = 0;
        for (int row = 0; row < rows; row++) {
            sources[row] = source;
            for (int i = outer - 1; i >= 0; i--) {
                int axis = (int) axes[i];
                source += strides[axis];
                if (++index[i] < shape[axis]) {
                    break;
                }
                source -= strides[axis] * (int) shape[axis];
                index[i] = 0;
            }
        }
        return sources;
    }

    private static boolean sliced(GraphOp call, long[] arguments, PlanGraph draft) {
        Value in = call.input(0);
        long[] begin = Arrays.copyOf(arguments, in.shape.length);
        long[] size = call.output(0).shape;
        draft.view(
                call.output(0),
                in,
                in.layout().sliced(begin, size),
                target -> draft.step(call.op(), List.of(draft.dense(in)), List.of(target)));
        return true;
    }

    private static boolean tiled(GraphOp call, PlanGraph draft) {
        Value in = call.input(0);
        long[] shape = call.output(0).shape;
        for (int d = 0; d < shape.length; d++) {
            if (in.shape[d] != shape[d] && in.shape[d] != 1) {
                return false;
            }
        }
        draft.view(call.output(0), in, in.layout().repeated(shape), target -> {
            List<Value> inputs = new ArrayList<>(call.inputs());
            inputs.set(0, draft.dense(in));
            draft.step(call.op(), inputs, List.of(target));
        });
        return true;
    }
}
