package org.quietstar.samediff.plan.ir;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;

/** One kernel of a plan: what is executed, what it reads, what it writes. No two are equal. */
public final class KernelNode {
    private final DifferentialFunction op;
    private final List<Value> inputs;
    private final List<Value> outputs;

    public KernelNode(DifferentialFunction op, List<Value> inputs, List<Value> outputs) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    public DifferentialFunction op() {
        return op;
    }

    public List<Value> inputs() {
        return inputs;
    }

    public List<Value> outputs() {
        return outputs;
    }

    public boolean is(String name) {
        return op.opName().equals(name);
    }
}
