package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.eval.UniformNoise;
import org.quietstar.model.DistillationGraph;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtTeacher;

/** Training without thoughts, towards what a teacher predicts after its own; the labels' NLL has a part in it, too. */
final class DistillObjective implements Objective {
    private final int length;
    private final ThoughtTeacher teacher;
    private final TextPlan plan;
    private final double flops;
    private final GradientAccumulator gradients = new GradientAccumulator();

    /**
     * @param teacher which thinks, of the student's sizes; closed with this
     * @param student the decoder that is trained
     * @param trained names of the parameters whose gradients are computed
     */
    DistillObjective(ThinkingModel teacher, StageConfig stage, Parameters student, Set<String> trained) {
        ModelConfig model = teacher.config();
        int batch = stage.data().batchSize();
        this.length = stage.data().sequenceLength();
        this.flops = new TrainingFlops(stage, model, trained).languageModel() + teacherFlops(teacher, stage);
        this.teacher = new ThoughtTeacher(teacher, batch, length);
        var graph = new DistillationGraph(
                model, batch, length, student, stage.loss().baseLossWeight());
        this.plan = new TextPlan(
                stage,
                graph.graph(),
                DistillationGraph.LOSS,
                graph.parameterNames().stream().filter(trained::contains).toList(),
                student.dataType(),
                Map.of(DistillationGraph.TARGETS, this.teacher.probabilities()),
                List.of(DistillationGraph.LOSS, DistillationGraph.TARGET_LOSS, LanguageModelGraph.LOSS));
    }

    private static double teacherFlops(ThinkingModel teacher, StageConfig stage) {
        StageConfig thinking = stage.withThought(teacher.settings().withLookahead(1));
        return new TrainingFlops(thinking, teacher.config(), Set.of()).forward();
    }

    @Override
    public Result compute(List<TokenBatch> batches, long seed, boolean measureParts) {
        long labels = TextPlan.labels(batches);
        double[] losses = new double[3];
        double entropy = 0;
        double teacherNll = 0;
        for (int i = 0; i < batches.size(); i++) {
            TokenBatch batch = batches.get(i);
            long own = SplitMix.hash(seed, i);
            teacher.run(
                    batch.ids(),
                    batch.lengths(),
                    (token, numbers) -> UniformNoise.fill(numbers, SplitMix.of(own, token)));
            double[] weights = plan.run(batch, labels);
            losses[0] += plan.number(DistillationGraph.LOSS);
            losses[1] += plan.number(LanguageModelGraph.LOSS);
            losses[2] += plan.number(DistillationGraph.TARGET_LOSS);
            entropy += weighted(teacher.entropies(), weights, 1);
            teacherNll += weighted(teacher.labelNll(), weights, teacher.layout().thoughts());
            gradients.add(plan.gradients(), i == 0);
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put(Metrics.LOSS, losses[0]);
        metrics.put(Metrics.NLL_BASE, losses[1]);
        metrics.put(Metrics.NLL_THOUGHT, teacherNll);
        metrics.put(Metrics.KL_TEACHER, losses[2] - entropy);
        return new Result(losses[0], metrics, gradients.gradients(), batches.size() * flops);
    }

    /**
     * Weighted sum over the rows of the text, of the mean over thoughts.
     *
     * @param numbers [B, P, L]
     * @param weights [B·L]
     * @param thoughts P
     */
    private double weighted(double[] numbers, double[] weights, int thoughts) {
        double sum = 0;
        for (int i = 0; i < numbers.length; i++) {
            double weight = weights[i / (length * thoughts) * length + i % length];
            // A row without a label has a number that means nothing.
            sum += weight == 0 ? 0 : numbers[i] * weight / thoughts;
        }
        return sum;
    }

    /** Bytes of the buffers of the student's plan and of the teacher's. */
    long bufferBytes() {
        return plan.plannedBytes() + teacher.bufferBytes();
    }

    @Override
    public void close() {
        gradients.close();
        plan.close();
        teacher.close();
    }
}
