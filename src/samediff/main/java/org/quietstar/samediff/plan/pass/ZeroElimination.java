package org.quietstar.samediff.plan.pass;

import java.util.Arrays;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Leaves out what is known to be zero. SameDiff's gradient of a stop-gradient is an array of zeros, which it then carries
 * through every op before it and adds to the other gradients.
 */
public final class ZeroElimination implements OpRewrite {

    @Override
    public String summary() {
        return "what is known to be zero left out";
    }

    private static final Set<String> ZEROS = Set.of("zeros_as", "zeroslike", "zeros_like");

    public static boolean isZeros(DifferentialFunction op) {
        return ZEROS.contains(op.opName());
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (isZeros(call.op()) || givesZero(call)) {
            draft.zero(call.output(0));
            return true;
        }
        if (call.is("add") && call.inputs().size() == 2) {
            for (int i = 0; i < 2; i++) {
                Value other = call.input(1 - i);
                if (isZero(call, i) && Arrays.equals(other.shape, call.output(0).shape)) {
                    draft.alias(call.output(0), other);
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean givesZero(GraphOp call) {
        return switch (call.op().opName()) {
            case "multiply" -> isZero(call, 0) || isZero(call, 1);
            case "reduce_max_bp" -> isZero(call, 1);
            case "reshape", "permute" -> isZero(call, 0);
            default -> false;
        };
    }

    private static boolean isZero(GraphOp call, int input) {
        return call.inputs().size() > input && call.input(input).kind() == Value.Kind.ZERO;
    }
}
