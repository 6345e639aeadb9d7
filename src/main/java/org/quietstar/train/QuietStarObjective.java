package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.MicroBatch;
import org.quietstar.data.SplitMix;
import org.quietstar.eval.Uniform;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LabelCounts;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossWeights;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.QuietStarSetup;
import org.quietstar.thought.RewardFunction;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThoughtSampling;
import org.quietstar.thought.ThoughtSizes;

/** Training with thoughts: each micro-batch is a {@link LearningStep}; gradients add up. */
final class QuietStarObjective implements Objective {
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final LearningBatch batch;
    private final LearningStep step;
    private final GradientSum total = new GradientSum();
    private final GradientSum ofLikelihoods = new GradientSum();
    private final GradientSum ofPolicy = new GradientSum();
    private final ThoughtStatistics statistics;

    /**
     * @param bannedIds ids that a thought never contains
     * @param padId the tokenizer's padding id
     * @param parameters the decoder's and the thoughts'
     * @param trained names of the parameters whose gradients are computed
     * @param reward in place of the paper's
     */
    QuietStarObjective(
            ModelConfig model,
            StageConfig stage,
            List<Integer> bannedIds,
            int padId,
            Parameters parameters,
            Set<String> trained,
            Optional<RewardFunction> reward) {
        this.loss = stage.loss();
        this.sizes = ThoughtSizes.of(
                stage.thought(), stage.data().batchSize(), stage.data().sequenceLength());
        this.batch = new LearningBatch(sizes, loss.rewardTrim(), padId, parameters.dataType());
        this.statistics = new ThoughtStatistics(sizes);
        this.step = new LearningStep(
                new QuietStarSetup(
                        model, stage.thought(), loss, LossWeights.of(loss), sizes, bannedIds, parameters, reward),
                ThoughtSampling.atTemperature(stage.thought().thoughtTemperature()),
                batch,
                trained);
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
            batch.setText(micro.ids(), micro.lengths(), totals);
            run(SplitMix.hash(seed, i), i == 0, measureParts);
            losses[0] += step.loss();
            losses[1] += value(QuietStarGraph.BASE_LOSS);
            losses[2] += value(QuietStarGraph.THOUGHT_LOSS);
            losses[3] += step.policyLoss();
            statistics.add(step::output, micro.lengths(), loss.rewardTrim(), step.entropies());
        }
        return new Result(losses[0], metrics(losses, measureParts), total.gradients());
    }

    private void run(long seed, boolean first, boolean measureParts) {
        Rollout.Noise noise = (token, numbers) -> Uniform.fill(numbers, SplitMix.of(seed, token));
        if (!measureParts) {
            step.run(noise, gradients -> total.add(gradients, first));
            return;
        }
        step.runInParts(
                noise,
                gradients -> {
                    total.add(gradients, first);
                    ofLikelihoods.add(gradients, first);
                },
                gradients -> {
                    total.add(gradients, false);
                    ofPolicy.add(gradients, first);
                });
    }

    private Map<String, Object> metrics(double[] losses, boolean measureParts) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("loss", losses[0]);
        metrics.put("nll_base", losses[1]);
        metrics.put("nll_thought", losses[2]);
        metrics.put("nll_thought_k", statistics.thoughtNll());
        metrics.put("policy_loss", losses[3]);
        statistics.putInto(metrics);
        if (measureParts) {
            metrics.put("grad_norm_nll", ofLikelihoods.norm());
            metrics.put("grad_norm_policy", ofPolicy.norm());
        }
        return metrics;
    }

    private double value(String output) {
        return step.output(output).getDouble(0);
    }

    @Override
    public void close() {
        ofPolicy.close();
        ofLikelihoods.close();
        total.close();
        step.close();
        batch.close();
    }
}
