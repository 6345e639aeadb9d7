package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;

/** Plain next-token training: the mean NLL of all labels. */
final class LanguageModelObjective implements Objective {
    private final TextPlan plan;
    private final double flops;
    private final GradientAccumulator gradients = new GradientAccumulator();

    /** @param trained names of the parameters whose gradients are computed */
    LanguageModelObjective(ModelConfig model, StageConfig stage, Parameters parameters, Set<String> trained) {
        this.flops = new TrainingFlops(stage, model, trained).languageModel();
        var graph = new LanguageModelGraph(
                model, stage.data().batchSize(), stage.data().sequenceLength(), parameters);
        this.plan = new TextPlan(
                stage,
                graph.graph(),
                LanguageModelGraph.LOSS,
                graph.parameterNames().stream().filter(trained::contains).toList(),
                parameters.dataType(),
                Map.of(),
                List.of(LanguageModelGraph.LOSS));
    }

    @Override
    public Result compute(List<TokenBatch> batches, long seed, boolean measureParts) {
        long labels = TextPlan.labels(batches);
        double loss = 0;
        for (int i = 0; i < batches.size(); i++) {
            plan.run(batches.get(i), labels);
            loss += plan.number(LanguageModelGraph.LOSS);
            gradients.add(plan.gradients(), i == 0);
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

    @Override
    public void close() {
        gradients.close();
        plan.close();
    }
}
