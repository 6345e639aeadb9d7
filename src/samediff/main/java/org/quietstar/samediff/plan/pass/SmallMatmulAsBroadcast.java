package org.quietstar.samediff.plan.pass;

import java.util.List;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Many products of a matrix of one to four rows with a small matrix, as one broadcast product and one sum. M2.1 calls
 * BLAS for each of them, which costs more than the few numbers take (measured: 6 to 15 times as long).
 */
public final class SmallMatmulAsBroadcast implements OpRewrite {

    @Override
    public String summary() {
        return "many thin products as one broadcast product and a sum";
    }

    private static final long FEWEST_PRODUCTS = 64;
    private static final long MOST_ROWS = 4;
    /** Numbers in the broadcast product; above this its memory would tell. */
    private static final long MOST_NUMBERS = 1L << 23;

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (!call.is("matmul") || call.inputs().size() != 2 || !(call.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        Value a = call.input(0); // [X, m, k]
        Value b = call.input(1); // [X, k, n], or [X, n, k] if transposed
        long[] arguments = custom.iArgs();
        boolean transposeA = arguments.length > 0 && arguments[0] != 0;
        boolean transposeB = arguments.length > 1 && arguments[1] != 0;
        boolean transposeResult = arguments.length > 2 && arguments[2] != 0;
        if (a.shape.length != 3 || b.shape.length != 3 || transposeA || transposeResult) {
            return false;
        }
        long products = a.shape[0];
        long rows = a.shape[1];
        boolean small = rows <= MOST_ROWS && rows * b.length() <= MOST_NUMBERS;
        if (products < FEWEST_PRODUCTS || b.shape[0] != products || !small) {
            return false;
        }
        Value result = draft.computed(call.output(0));
        Value wide = draft.temporary(a.dataType, products, rows, b.shape[1], b.shape[2]);
        Value right = draft.reshaped(b, products, 1, b.shape[1], b.shape[2]);
        long k = a.shape[2];
        if (transposeB) {
            draft.step("multiply", List.of(draft.reshaped(a, products, rows, 1, k), right), wide);
            draft.step("reduce_sum", List.of(wide), result, 3);
        } else {
            draft.step("multiply", List.of(draft.reshaped(a, products, rows, k, 1), right), wide);
            draft.step("reduce_sum", List.of(wide), result, 2);
        }
        return true;
    }
}
