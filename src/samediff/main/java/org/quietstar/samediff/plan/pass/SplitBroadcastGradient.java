package org.quietstar.samediff.plan.pass;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Gradients of + − × ÷ as separate products and sums, so that a side which nobody reads is not computed at all. M2.1's
 * own kernels compute both, and are some 30 times slower than that where one side was broadcast.
 */
public final class SplitBroadcastGradient implements OpRewrite {

    @Override
    public String summary() {
        return "gradients of + − × ÷ split, and only the sides that are read";
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        boolean known = switch (call.op().opName()) {
            case "add_bp", "subtract_bp", "multiply_bp", "divide_bp" -> true;
            default -> false;
        };
        if (!known || call.inputs().size() != 3 || call.outputs().size() != 2) {
            return false;
        }
        String op = call.op().opName();
        Value x = call.input(0);
        Value y = call.input(1);
        Value g = call.input(2);
        switch (op) {
            case "add_bp" -> {
                pass(g, call.output(0), draft);
                pass(g, call.output(1), draft);
            }
            case "subtract_bp" -> {
                pass(g, call.output(0), draft);
                negated(g, call.output(1), draft);
            }
            case "multiply_bp" -> {
                product("multiply", g, y, call.output(0), draft);
                product("multiply", g, x, call.output(1), draft);
            }
            default -> {
                product("divide", g, y, call.output(0), draft);
                divisor(x, y, g, call.output(1), draft);
            }
        }
        return true;
    }

    /** The gradient continues as it is, summed where the operand was broadcast. */
    private static void pass(Value g, Value target, PlanGraph draft) {
        if (Arrays.equals(g.shape, target.shape)) {
            draft.alias(target, g);
        } else {
            draft.sumTo(g, draft.computed(target));
        }
    }

    private static void negated(Value g, Value target, PlanGraph draft) {
        Value sum = g;
        if (!Arrays.equals(g.shape, target.shape)) {
            sum = draft.temporary(target.dataType, target.shape);
            draft.sumTo(g, sum);
        }
        negative(sum, target, draft);
    }

    private static void negative(Value x, Value target, PlanGraph draft) {
        draft.step(new Negative(), List.of(x), List.of(draft.computed(target)));
    }

    private static void product(String op, Value g, Value other, Value target, PlanGraph draft) {
        if (Arrays.equals(g.shape, target.shape)) {
            draft.step(op, List.of(g, other), draft.computed(target));
        } else {
            Value whole = draft.temporary(g.dataType, g.shape);
            draft.step(op, List.of(g, other), whole);
            draft.sumTo(whole, draft.computed(target));
        }
    }

    /** d(x/y)/dy = −x/y²: the sum over what was broadcast comes first, where it makes the rest small. */
    private static void divisor(Value x, Value y, Value g, Value target, PlanGraph draft) {
        Value whole = draft.temporary(g.dataType, g.shape);
        draft.step("multiply", List.of(g, x), whole);
        Value sum = whole;
        if (!Arrays.equals(g.shape, target.shape)) {
            sum = draft.temporary(target.dataType, target.shape);
            draft.sumTo(whole, sum);
        }
        Value once = draft.temporary(target.dataType, target.shape);
        Value twice = draft.temporary(target.dataType, target.shape);
        draft.step("divide", List.of(sum, y), once);
        draft.step("divide", List.of(once, y), twice);
        negative(twice, target, draft);
    }
}
