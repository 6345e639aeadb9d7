package org.quietstar.samediff.plan.ir;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.RandomOp;

/**
 * One op of the graph before it is decided how it is executed.
 *
 * @param inputs planned values
 * @param outputs names, types and shapes of what it computes
 */
public record GraphOp(DifferentialFunction op, List<Value> inputs, List<Value> outputs) {

    public GraphOp {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    public boolean is(String name) {
        return op.opName().equals(name);
    }

    /** Whether it gives other numbers each time. */
    public boolean isRandom() {
        return op.opName().startsWith("random") || op instanceof RandomOp;
    }

    public Value input(int i) {
        return inputs.get(i);
    }

    public Value output(int i) {
        return outputs.get(i);
    }
}
