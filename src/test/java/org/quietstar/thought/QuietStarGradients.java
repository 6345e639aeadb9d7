package org.quietstar.thought;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;

/** A fresh learning graph's loss and gradients, computed once. */
final class QuietStarGradients {
    private QuietStarGradients() {}

    /** The gradient of one of the graph's losses for every parameter that it depends on. */
    static Map<String, INDArray> of(ReferenceObjective graph, String loss, LearningInputs batch) {
        Map<String, INDArray> all = withLoss(graph, loss, batch);
        all.remove(loss);
        return all;
    }

    /** The same with the loss itself under its own name. */
    static Map<String, INDArray> withLoss(ReferenceObjective graph, String loss, LearningInputs batch) {
        var gradient = GradientFunction.of(graph.graph(), loss, graph.parameterNames());
        try (var plan = StaticPlan.compile(gradient, batch.inputs(), gradient.outputs(List.of(loss)))) {
            plan.run();
            Map<String, INDArray> result = new LinkedHashMap<>();
            result.put(loss, plan.output(loss).dup());
            gradient.gradientNames()
                    .forEach((name, output) ->
                            result.put(name, plan.output(output).dup('c')));
            return result;
        }
    }
}
