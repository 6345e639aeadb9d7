package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;

/** One kernel of a plan: what is executed, what it reads, what it writes. */
record PlanStep(DifferentialFunction op, List<PlanValue> inputs, List<PlanValue> outputs) {

    PlanStep {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
