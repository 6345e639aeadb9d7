package org.quietstar.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.StaticPlan;

/** Plain next-token training: the mean NLL of all labels. */
final class LanguageModelObjective implements Objective {
    private final int length;
    private final Map<String, INDArray> inputs = new LinkedHashMap<>();
    private final StaticPlan plan;
    private final double flops;
    private final Map<String, String> gradientNames = new LinkedHashMap<>();
    private final GradientAccumulator gradients = new GradientAccumulator();

    /** @param trained names of the parameters whose gradients are computed */
    LanguageModelObjective(ModelConfig model, StageConfig stage, Parameters parameters, Set<String> trained) {
        int batch = stage.data().batchSize();
        this.length = stage.data().sequenceLength();
        this.flops = new TrainingFlops(stage, model, trained).languageModel();
        var graph = new LanguageModelGraph(model, batch, length, parameters);
        long rows = (long) batch * length;
        inputs.put(LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, rows));
        inputs.put(LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, rows));
        inputs.put(LanguageModelGraph.WEIGHTS, Nd4j.zeros(parameters.dataType(), rows, 1));
        List<String> names =
                graph.parameterNames().stream().filter(trained::contains).toList();
        var gradient = GradientFunction.of(graph.graph(), LanguageModelGraph.LOSS, names);
        this.plan = StaticPlan.compile(gradient, inputs, gradient.outputs(List.of(LanguageModelGraph.LOSS)));
        names.forEach(name -> gradientNames.put(name, gradient.gradientOf(name)));
    }

    @Override
    public Result compute(List<TokenBatch> batches, long seed, boolean measureParts) {
        long labels = labels(batches);
        double loss = 0;
        for (int i = 0; i < batches.size(); i++) {
            fill(batches.get(i), labels);
            plan.run();
            loss += plan.output(LanguageModelGraph.LOSS).getDouble(0);
            Map<String, INDArray> each = new LinkedHashMap<>();
            gradientNames.forEach((name, output) -> each.put(name, plan.output(output)));
            gradients.add(each, i == 0);
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put(Metrics.LOSS, loss);
        metrics.put(Metrics.NLL_BASE, loss);
        return new Result(loss, metrics, gradients.gradients(), batches.size() * flops);
    }

    /** What a micro-batch takes, as the plan has it. */
    double plannedFlops() {
        return plan.productFlops();
    }

    /** How many labels all micro-batches of a step have. */
    static long labels(List<TokenBatch> batches) {
        return batches.stream()
                .flatMapToInt(batch -> Arrays.stream(batch.lengths()))
                .mapToLong(n -> Math.max(0, n - 1))
                .sum();
    }

    /**
     * What each row's label weighs, [B·L]: the share of one label; 0 where there is none.
     *
     * @param length L
     * @param labels of all micro-batches
     */
    static double[] weights(TokenBatch batch, int length, long labels) {
        double[] weights = new double[batch.ids().length];
        for (int r = 0; r < weights.length; r++) {
            weights[r] = r % length + 1 < batch.lengths()[r / length] ? 1.0 / labels : 0;
        }
        return weights;
    }

    private void fill(TokenBatch batch, long labels) {
        double[] weights = weights(batch, length, labels);
        HostArrays.fill(inputs.get(LanguageModelGraph.IDS), batch.ids());
        HostArrays.fill(inputs.get(LanguageModelGraph.LABELS), batch.labels());
        HostArrays.fill(inputs.get(LanguageModelGraph.WEIGHTS), weights);
    }

    @Override
    public void close() {
        gradients.close();
        plan.close();
        inputs.values().forEach(INDArray::close);
    }
}
