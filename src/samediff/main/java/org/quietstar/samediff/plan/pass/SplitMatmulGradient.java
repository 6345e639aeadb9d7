package org.quietstar.samediff.plan.pass;

import java.util.List;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/** The two gradients of a matrix product as two products, so that the one which nobody reads is not computed. */
public final class SplitMatmulGradient implements OpRewrite {

    @Override
    public String summary() {
        return "gradients of products split, and only those that are read";
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (!call.is("matmul_bp") || call.inputs().size() != 3 || !(call.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        long[] arguments = custom.iArgs();
        boolean transposeA = arguments.length > 0 && arguments[0] != 0;
        boolean transposeB = arguments.length > 1 && arguments[1] != 0;
        boolean transposeResult = arguments.length > 2 && arguments[2] != 0;
        Value a = call.input(0);
        Value b = call.input(1);
        Value g = call.input(2);
        if (transposeResult || a.shape.length != b.shape.length || a.shape.length != g.shape.length) {
            return false;
        }
        // With C = A'·B' (a prime for "as transposed"): dA' = G·B'ᵀ and dB' = A'ᵀ·G.
        if (transposeA) {
            product(b, transposeB, g, true, call.output(0), draft);
        } else {
            product(g, false, b, !transposeB, call.output(0), draft);
        }
        if (transposeB) {
            product(g, true, a, transposeA, call.output(1), draft);
        } else {
            product(a, !transposeA, g, false, call.output(1), draft);
        }
        return true;
    }

    private static void product(
            Value left, boolean transposeLeft, Value right, boolean transposeRight, Value target, PlanGraph draft) {
        draft.step(
                "matmul",
                List.of(left, right),
                draft.computed(target),
                transposeLeft ? 1 : 0,
                transposeRight ? 1 : 0,
                0);
    }
}
