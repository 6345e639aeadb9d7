package org.quietstar.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.MicroBatch;
import org.quietstar.data.SplitMix;
import org.quietstar.eval.Uniform;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;
import org.quietstar.thought.LabelCounts;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.LossWeights;
import org.quietstar.thought.PolicyGraph;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThoughtSampling;
import org.quietstar.thought.ThoughtSizes;

/** Training with thoughts: for each micro-batch a rollout without gradient, then the learning graph. */
final class QuietStarObjective implements Objective {
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final LearningBatch batch;
    private final Rollout rollout;
    private final StaticPlan plan;
    private final GradientSum gradients;
    private final Optional<PolicyPart> policy;
    private final ThoughtStatistics statistics;

    /**
     * @param bannedIds ids that a thought never contains
     * @param padId the tokenizer's padding id
     * @param parameters the decoder's and the thoughts'
     */
    QuietStarObjective(
            ModelConfig model, StageConfig stage, List<Integer> bannedIds, int padId, Parameters parameters) {
        this.loss = stage.loss();
        this.sizes = ThoughtSizes.of(
                stage.thought(), stage.data().batchSize(), stage.data().sequenceLength());
        this.batch = new LearningBatch(sizes, loss.rewardTrim(), padId, parameters.dataType());
        this.statistics = new ThoughtStatistics(sizes);
        this.rollout = new Rollout(
                model,
                sizes,
                stage.thought().embeddingScale(),
                ThoughtSampling.atTemperature(stage.thought().thoughtTemperature()),
                bannedIds,
                parameters);
        LossWeights weights = LossWeights.of(loss);
        var graph = new QuietStarGraph(model, stage.thought(), loss, weights, sizes, bannedIds, parameters);
        var gradient = GradientGraph.of(graph.graph(), QuietStarGraph.LOSS, graph.parameterNames());
        List<String> outputs = new ArrayList<>(ThoughtStatistics.OUTPUTS);
        outputs.addAll(List.of(
                QuietStarGraph.LOSS,
                QuietStarGraph.BASE_LOSS,
                QuietStarGraph.THOUGHT_LOSS,
                QuietStarGraph.POLICY_LOSS));
        this.plan = StaticPlan.compile(gradient.function(), graph.graph(), batch.inputs(), gradient.outputs(outputs));
        this.gradients = new GradientSum(gradient, plan, graph.parameterNames());
        this.policy = stage.train().gradientNormsEvery() > 0
                ? Optional.of(new PolicyPart(
                        new PolicyGraph(model, stage.thought(), loss, weights, sizes, bannedIds, parameters)))
                : Optional.empty();
    }

    /** The gradient of the policy's part alone. */
    private final class PolicyPart implements AutoCloseable {
        private final INDArray ids = Nd4j.zeros(DataType.INT32, PolicyGraph.idCount(sizes));
        private final StaticPlan part;
        private final GradientSum sum;

        PolicyPart(PolicyGraph graph) {
            var gradient = GradientGraph.of(graph.graph(), PolicyGraph.LOSS, graph.parameterNames());
            Map<String, INDArray> inputs = new LinkedHashMap<>();
            inputs.put(PolicyGraph.IDS, ids);
            inputs.put(QuietStarGraph.DRAWN, batch.drawn());
            inputs.put(PolicyGraph.ADVANTAGE, plan.output(QuietStarGraph.ADVANTAGE));
            inputs.put(QuietStarGraph.POLICY_WEIGHTS, batch.inputs().get(QuietStarGraph.POLICY_WEIGHTS));
            this.part = StaticPlan.compile(gradient.function(), graph.graph(), inputs, gradient.outputs(List.of()));
            this.sum = new GradientSum(gradient, part, graph.parameterNames());
        }

        void add(boolean first) {
            INDArray all = batch.inputs().get(QuietStarGraph.IDS);
            ids.assign(all.get(NDArrayIndex.interval(0, ids.length())));
            part.run();
            sum.add(first);
        }

        @Override
        public void close() {
            sum.close();
            part.close();
            ids.close();
        }
    }

    @Override
    public Result compute(List<MicroBatch> batches, long seed, boolean measureParts) {
        LabelCounts totals = batches.stream()
                .map(b -> LabelCounts.of(b.lengths(), sizes.lookahead(), loss.rewardTrim()))
                .reduce(LabelCounts::plus)
                .orElseThrow();
        statistics.clear();
        double[] losses = new double[4];
        for (int i = 0; i < batches.size(); i++) {
            MicroBatch micro = batches.get(i);
            long microSeed = SplitMix.hash(seed, i);
            batch.setText(micro.ids(), micro.lengths(), totals);
            rollout.draw(
                    batch.text(), (token, noise) -> Uniform.fill(noise, SplitMix.of(microSeed, token)), batch.drawn());
            batch.takeDrawn();
            plan.run();
            losses[0] += value(QuietStarGraph.LOSS);
            losses[1] += value(QuietStarGraph.BASE_LOSS);
            losses[2] += value(QuietStarGraph.THOUGHT_LOSS);
            losses[3] += value(QuietStarGraph.POLICY_LOSS);
            statistics.add(plan, micro.lengths(), loss.rewardTrim(), rollout.entropies());
            gradients.add(i == 0);
            if (measureParts && policy.isPresent()) {
                policy.get().add(i == 0);
            }
        }
        return new Result(losses[0], metrics(losses, measureParts), gradients.gradients());
    }

    private Map<String, Object> metrics(double[] losses, boolean measureParts) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("loss", losses[0]);
        metrics.put("nll_base", losses[1]);
        metrics.put("nll_thought", losses[2]);
        metrics.put("nll_thought_k", statistics.thoughtNll());
        metrics.put("policy_loss", losses[3]);
        statistics.putInto(metrics);
        if (measureParts && policy.isPresent()) {
            metrics.put("grad_norm_nll", gradients.distance(policy.get().sum));
            metrics.put("grad_norm_policy", policy.get().sum.norm());
        }
        return metrics;
    }

    private double value(String output) {
        return plan.output(output).getDouble(0);
    }

    @Override
    public void close() {
        policy.ifPresent(PolicyPart::close);
        gradients.close();
        plan.close();
        rollout.close();
        batch.close();
    }
}
