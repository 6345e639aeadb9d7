package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.RandomOp;

/**
 * One op of the graph before it is decided how it is executed.
 *
 * @param inputs planned values
 * @param outputs names, types and shapes of what it computes
 */
record GraphOp(DifferentialFunction op, List<Value> inputs, List<Value> outputs) {

    GraphOp {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    boolean is(String name) {
        return op.opName().equals(name);
    }

    /** Whether it gives other numbers each time. */
    boolean isRandom() {
        return op.opName().startsWith("random") || op instanceof RandomOp;
    }

    Value input(int i) {
        return inputs.get(i);
    }

    Value output(int i) {
        return outputs.get(i);
    }
}
