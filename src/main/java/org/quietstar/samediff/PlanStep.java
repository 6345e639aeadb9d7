package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;

/** One kernel of a plan: what is executed, what it reads, what it writes. No two are equal. */
final class PlanStep {
    private final DifferentialFunction op;
    private final List<PlanValue> inputs;
    private final List<PlanValue> outputs;

    PlanStep(DifferentialFunction op, List<PlanValue> inputs, List<PlanValue> outputs) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    DifferentialFunction op() {
        return op;
    }

    List<PlanValue> inputs() {
        return inputs;
    }

    List<PlanValue> outputs() {
        return outputs;
    }

    boolean is(String name) {
        return op.opName().equals(name);
    }
}
