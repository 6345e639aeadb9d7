package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;

/** One kernel of a plan: what is executed, what it reads, what it writes. No two are equal. */
final class KernelNode {
    private final DifferentialFunction op;
    private final List<Value> inputs;
    private final List<Value> outputs;

    KernelNode(DifferentialFunction op, List<Value> inputs, List<Value> outputs) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    DifferentialFunction op() {
        return op;
    }

    List<Value> inputs() {
        return inputs;
    }

    List<Value> outputs() {
        return outputs;
    }

    boolean is(String name) {
        return op.opName().equals(name);
    }
}
