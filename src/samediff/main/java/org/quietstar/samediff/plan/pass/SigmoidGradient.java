package org.quietstar.samediff.plan.pass;

import java.util.List;
import java.util.Optional;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * The gradient of a sigmoid from its value, g·(s − s²), which moves memory and computes nothing dear; M2.1's kernel takes
 * the exponential again.
 */
public final class SigmoidGradient implements OpRewrite {

    @Override
    public String summary() {
        return "gradient of a sigmoid from its value";
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (!call.is("sigmoid_bp") || call.inputs().size() != 2) {
            return false;
        }
        Optional<Value> before = draft.known(CommonSubexpressions.keyOf("sigmoid", call.input(0)))
                .flatMap(outputs -> draft.value(outputs.get(0).name));
        if (before.isEmpty()) {
            return false;
        }
        Value s = before.get();
        Value square = draft.temporary(s.dataType, s.shape);
        Value slope = draft.temporary(s.dataType, s.shape);
        draft.step("multiply", List.of(s, s), square);
        draft.step("subtract", List.of(s, square), slope);
        draft.step("multiply", List.of(call.input(1), slope), draft.computed(call.output(0)));
        return true;
    }
}
