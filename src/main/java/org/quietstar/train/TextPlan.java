package org.quietstar.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.StaticPlan;

/** The plan of a {@link LanguageModelGraph}, or of what was built on one, with its inputs and its gradients. */
final class TextPlan implements AutoCloseable {
    private final int length;
    private final Map<String, INDArray> inputs = new LinkedHashMap<>();
    private final Map<String, String> gradientNames = new LinkedHashMap<>();
    private final StaticPlan plan;

    /**
     * @param loss output whose gradients are computed
     * @param names of the parameters whose gradients are wanted
     * @param type of the parameters
     * @param given further inputs, which stay the caller's
     * @param outputs that are read
     */
    TextPlan(
            StageConfig stage,
            SameDiff graph,
            String loss,
            List<String> names,
            DataType type,
            Map<String, INDArray> given,
            List<String> outputs) {
        this.length = stage.data().sequenceLength();
        long rows = (long) stage.data().batchSize() * length;
        inputs.put(LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, rows));
        inputs.put(LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, rows));
        inputs.put(LanguageModelGraph.WEIGHTS, Nd4j.zeros(type, rows, 1));
        Map<String, INDArray> all = new LinkedHashMap<>(inputs);
        all.putAll(given);
        var gradient = GradientFunction.of(graph, loss, names);
        this.plan = StaticPlan.compile(gradient, all, gradient.outputs(outputs));
        names.forEach(name -> gradientNames.put(name, gradient.gradientOf(name)));
    }

    /** How many labels all micro-batches of a step have. */
    static long labels(List<TokenBatch> batches) {
        return batches.stream()
                .flatMapToInt(batch -> Arrays.stream(batch.lengths()))
                .mapToLong(n -> Math.max(0, n - 1))
                .sum();
    }

    /**
     * Computes a micro-batch.
     *
     * @param labels of all micro-batches of the step
     * @return what each row's label weighs, [B·L]: the share of one label; 0 where there is none
     */
    double[] run(TokenBatch batch, long labels) {
        double[] weights = new double[batch.ids().length];
        for (int r = 0; r < weights.length; r++) {
            weights[r] = r % length + 1 < batch.lengths()[r / length] ? 1.0 / labels : 0;
        }
        HostArrays.fill(inputs.get(LanguageModelGraph.IDS), batch.ids());
        HostArrays.fill(inputs.get(LanguageModelGraph.LABELS), batch.labels());
        HostArrays.fill(inputs.get(LanguageModelGraph.WEIGHTS), weights);
        plan.run();
        return weights;
    }

    /** A scalar output of the last run. */
    double number(String output) {
        return plan.output(output).getDouble(0);
    }

    /** The gradients of the last run, by parameter name. */
    Map<String, INDArray> gradients() {
        Map<String, INDArray> each = new LinkedHashMap<>();
        gradientNames.forEach((name, output) -> each.put(name, plan.output(output)));
        return each;
    }

    /** Floating-point operations of the plan's products. */
    double productFlops() {
        return plan.productFlops();
    }

    /** Bytes of the plan's buffers. */
    long plannedBytes() {
        return plan.plannedBytes();
    }

    @Override
    public void close() {
        plan.close();
        inputs.values().forEach(INDArray::close);
    }
}
