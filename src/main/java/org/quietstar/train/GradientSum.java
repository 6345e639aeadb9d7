package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;

/** Gradients of one step, added up over its micro-batches in arrays of their own. */
final class GradientSum implements AutoCloseable {
    private final GradientGraph graph;
    private final StaticPlan plan;
    private final Map<String, INDArray> sums = new LinkedHashMap<>();

    GradientSum(GradientGraph graph, StaticPlan plan, Iterable<String> parameters) {
        this.graph = graph;
        this.plan = plan;
        for (String name : parameters) {
            if (graph.dependsOn(name)) {
                INDArray gradient = plan.output(graph.gradientOf(name));
                sums.put(name, Nd4j.zeros(gradient.dataType(), gradient.shape()));
            }
        }
    }

    /** Takes the gradients of the plan's last run, as the first of a step or in addition. */
    void add(boolean first) {
        sums.forEach((name, sum) -> {
            INDArray gradient = plan.output(graph.gradientOf(name));
            if (first) {
                sum.assign(gradient);
            } else {
                sum.addi(gradient);
            }
        });
    }

    Map<String, INDArray> gradients() {
        return sums;
    }

    /** √Σ g², over all parameters. */
    double norm() {
        return norm(sums);
    }

    /** √Σ g², over all gradients; NaN or infinite if any number is. */
    static double norm(Map<String, INDArray> gradients) {
        double sum = 0;
        for (INDArray gradient : gradients.values()) {
            double norm = gradient.norm2Number().doubleValue();
            sum += norm * norm;
        }
        return Math.sqrt(sum);
    }

    /** √Σ (g − other)², where what the others lack counts as 0. */
    double distance(GradientSum others) {
        double sum = 0;
        for (Map.Entry<String, INDArray> entry : sums.entrySet()) {
            INDArray other = others.sums.get(entry.getKey());
            double norm = other == null
                    ? entry.getValue().norm2Number().doubleValue()
                    : entry.getValue().distance2(other);
            sum += norm * norm;
        }
        return Math.sqrt(sum);
    }

    @Override
    public void close() {
        sums.values().forEach(INDArray::close);
    }
}
