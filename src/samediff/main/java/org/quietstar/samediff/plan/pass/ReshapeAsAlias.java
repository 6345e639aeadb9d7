package org.quietstar.samediff.plan.pass;

import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/** Ops that only see the same numbers in another shape: they share the buffer instead of copying. */
public final class ReshapeAsAlias implements OpRewrite {

    @Override
    public String summary() {
        return "reshapes and identities share their source's numbers";
    }

    private static final Set<String> IDENTITIES = Set.of("identity", "stop_gradient");
    private static final Set<String> RESHAPES = Set.of("reshape", "expand_dims", "squeeze", "flatten");
    /**
     * Reductions that give back their input where the axis has length 1. M2.1 fails on such an op, with a
     * NullPointerException, if the input is a vector.
     */
    private static final Set<String> IDENTITY_ON_ONE = Set.of(
            "reduce_sum",
            "reduce_max",
            "reduce_min",
            "reduce_mean",
            "reduce_prod",
            "sum",
            "max",
            "min",
            "mean",
            "prod");

    public static boolean isIdentity(DifferentialFunction op) {
        return IDENTITIES.contains(op.opName());
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (call.inputs().isEmpty()) {
            return false;
        }
        Value in = call.input(0);
        boolean sameNumbers = in.length() == call.output(0).length();
        boolean onOne = call.op() instanceof ReduceOp
                && IDENTITY_ON_ONE.contains(call.op().opName());
        boolean renames = RESHAPES.contains(call.op().opName()) || (onOne && in.length() > 1);
        if (isIdentity(call.op()) || (renames && sameNumbers && !in.isStatic())) {
            draft.alias(call.output(0), in);
            return true;
        }
        return false;
    }
}
