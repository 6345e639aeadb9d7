package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quietstar.config.LossConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.eval.UniformNoise;
import org.quietstar.random.SplitMix;
import org.quietstar.samediff.HostArrays;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LearningInputs.LabelCounts;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.NoiseSource;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.RewardFunction;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtSampler;

/** Training with thoughts, or pauses: each micro-batch is a {@link LearningStep}; gradients add up. */
final class QuietStarObjective implements Objective {
    private final ThoughtLayout layout;
    private final LossConfig loss;
    private final LearningInputs batch;
    private final LearningStep step;
    private final GradientAccumulator total = new GradientAccumulator();
    private final GradientAccumulator ofLikelihoods = new GradientAccumulator();
    private final GradientAccumulator ofPolicy = new GradientAccumulator();
    private final ThoughtStatistics statistics;
    private final PolicyBalance balance;
    private final TrainingFlops flops;
    /** Whether advantages are divided by a deviation that no micro-batch knows alone. */
    private final boolean byStep;
    /** Whether pauses stand in the place of thoughts: likelihoods alone are trained. */
    private final boolean pauses;

    /**
     * @param model with parameters of thoughts
     * @param trained names of the parameters whose gradients are computed
     * @param reward in place of the paper's
     * @param balance of the policy's weight, which takes each measurement
     * @param endId id that ends a document
     */
    QuietStarObjective(
            ThinkingModel model,
            StageConfig stage,
            Set<String> trained,
            Optional<RewardFunction> reward,
            PolicyBalance balance,
            int endId) {
        this.balance = balance;
        this.loss = stage.loss();
        this.pauses = stage.pauses();
        this.layout = ThoughtLayout.of(stage);
        this.batch =
                new LearningInputs(layout, loss.rewardTrim(), model.tokens().padId(), model.dataType());
        if (!loss.rewardAcrossDocuments()) {
            batch.endDocumentsAt(endId);
        }
        this.byStep = !pauses && AdvantageScale.isNeeded(loss, stage.train().gradientAccumulation());
        this.flops = new TrainingFlops(stage, model.config(), trained);
        this.statistics = new ThoughtStatistics(layout);
        this.step = new LearningStep(
                model,
                LossSpec.of(byStep ? loss.withStandardizeAdvantage(false) : loss)
                        .rewardedBy(reward.filter(function -> !pauses)),
                ThoughtSampler.atTemperature(stage.thought().thoughtTemperature()),
                batch,
                trained);
    }

    @Override
    public Result compute(List<TokenBatch> batches, long seed, boolean measureParts) {
        LabelCounts totals = batches.stream()
                .map(b -> batch.counts(b.ids(), b.lengths()))
                .reduce(LabelCounts::plus)
                .orElseThrow();
        statistics.clear();
        double deviation = byStep ? advantageFactor(batches, totals, seed) : 1;
        step.setPolicyScale(balance.scale() * deviation);
        double[] losses = new double[4];
        double operations = byStep ? batches.size() * flops.forward() : 0;
        for (int i = 0; i < batches.size(); i++) {
            TokenBatch micro = batches.get(i);
            batch.setText(micro.ids(), micro.lengths(), totals);
            run(SplitMix.hash(seed, i), i == 0, measureParts);
            operations += flops.thinking(measureParts && !pauses ? 2 : 1) + flops.policy(step.policyRows());
            losses[0] += step.loss();
            losses[1] += value(QuietStarLoss.BASE_LOSS);
            losses[2] += value(QuietStarLoss.THOUGHT_LOSS);
            losses[3] += step.policyLoss() * deviation;
            statistics.add(
                    step::output,
                    micro.lengths(),
                    HostArrays.numbers(batch.inputs().get(LearningInputs.VALID)),
                    step.entropies());
        }
        return new Result(losses[0], metrics(losses, measureParts), total.gradients(), operations);
    }

    /** What advantages are multiplied by in this step, which takes a pass over all its micro-batches of its own. */
    private double advantageFactor(List<TokenBatch> batches, LabelCounts totals, long seed) {
        var scale = new AdvantageScale(layout, loss);
        for (int i = 0; i < batches.size(); i++) {
            batch.setText(batches.get(i).ids(), batches.get(i).lengths(), totals);
            step.measure(noise(SplitMix.hash(seed, i)));
            scale.add(
                    HostArrays.numbers(step.output(QuietStarLoss.REWARD)),
                    HostArrays.numbers(batch.inputs().get(LearningInputs.VALID)));
        }
        return scale.factor();
    }

    private static NoiseSource noise(long seed) {
        return (token, numbers) -> UniformNoise.fill(numbers, SplitMix.of(seed, token));
    }

    private void run(long seed, boolean first, boolean measureParts) {
        NoiseSource noise = noise(seed);
        if (!measureParts || pauses) {
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
        metrics.put(Metrics.LOSS, losses[0]);
        metrics.put(Metrics.NLL_BASE, losses[1]);
        metrics.put(Metrics.NLL_THOUGHT, losses[2]);
        metrics.put(Metrics.NLL_THOUGHT_K, statistics.thoughtNll());
        if (pauses) {
            statistics.putMixingInto(metrics);
            return metrics;
        }
        metrics.put(Metrics.POLICY_LOSS, losses[3]);
        statistics.putInto(metrics);
        metrics.put(Metrics.POLICY_WEIGHT, balance.weight());
        if (measureParts) {
            double likelihoods = ofLikelihoods.norm();
            double policy = ofPolicy.norm();
            metrics.put(Metrics.GRAD_NORM_NLL, likelihoods);
            metrics.put(Metrics.GRAD_NORM_POLICY, policy);
            metrics.put(Metrics.POLICY_SHARE, policy == 0 ? 0.0 : policy / (policy + likelihoods));
            balance.measure(likelihoods, policy);
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
