package org.quietstar.samediff;

import java.util.List;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A permutation of axes that leaves the last one in place moves whole rows; as a gather of rows it copies them, where
 * M2.1's permute works out the place of every single number.
 */
final class RowPermutation implements PlanRewrite {
    private static final int SHORTEST_ROW = 8;

    @Override
    public boolean apply(PlanCall call, PlanDraft draft) {
        if (!call.is("permute") || call.inputs().size() != 1 || !(call.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        PlanValue in = call.input(0);
        PlanValue out = call.output(0);
        long[] axes = custom.iArgs();
        int last = in.shape.length - 1;
        if (axes.length != in.shape.length || axes[last] != last || in.shape[last] < SHORTEST_ROW) {
            return false;
        }
        long width = in.shape[last];
        long rows = in.length() / width;
        PlanValue target = draft.computed(out);
        PlanValue ids = draft.constant(Nd4j.createFromArray(sources(in.shape, axes, Math.toIntExact(rows))));
        draft.step("gather", List.of(draft.reshaped(in, rows, width), ids), draft.reshaped(target, rows, width), 0);
        return true;
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
}
