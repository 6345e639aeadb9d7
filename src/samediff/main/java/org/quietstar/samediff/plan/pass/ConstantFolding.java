package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;
import org.quietstar.samediff.plan.run.OpBinding;

/** Computes once, while the plan is made, what depends on constants and on shapes alone. */
public final class ConstantFolding implements OpRewrite {

    @Override
    public String summary() {
        return "what depends on constants and shapes alone computed once";
    }

    private static final Set<String> SHAPE_ONLY = Set.of("shape_of", "size", "size_at", "rank");

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        boolean known = SHAPE_ONLY.contains(call.op().opName())
                || call.inputs().stream().allMatch(Value::isStatic);
        if (call.isRandom() || !known) {
            return false;
        }
        List<INDArray> inputs = new ArrayList<>();
        for (Value in : call.inputs()) {
            inputs.add(in.kind() == Value.Kind.ZERO ? Nd4j.zeros(in.dataType, in.shape) : in.array);
        }
        var binding = new OpBinding(call.op(), inputs);
        List<INDArray> results = new ArrayList<>();
        for (Value out : call.outputs()) {
            results.add(Nd4j.create(out.dataType, out.shape));
        }
        binding.setOutputs(results);
        binding.execute();
        for (int i = 0; i < results.size(); i++) {
            Value out = call.output(i);
            draft.put(Value.root(out.name, Value.Kind.CONSTANT, out.dataType, out.shape, results.get(i)));
        }
        return true;
    }
}
