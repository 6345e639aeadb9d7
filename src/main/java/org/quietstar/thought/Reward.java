package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.AdvantageDeviation;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * Reward and advantage of each thought (paper, section 4.4.3; docs/algorithm.md, section 6): how much likelier it made the next M tokens, and how much
 * more than the other thoughts of the same position did. Nothing here has a gradient.
 */
final class Reward {
    private final SameDiff sd;
    private final ThoughtLayout layout;
    private final LossConfig loss;
    private final DataType type;

    Reward(SameDiff sd, ThoughtLayout layout, LossConfig loss, DataType type) {
        this.sd = sd;
        this.layout = layout;
        this.loss = loss;
        this.type = type;
    }

    /**
     * r[p] = Σ_k (NLL_base[p+k] − NLL_k[p]), [B, P, L], 0 where not all M targets exist.
     *
     * @param baseNll seen from k places on, [M, B, 1, L]
     * @param thoughtNll [M, B, P, L]
     * @param valid 1 where all M targets exist, [B, 1, L]
     */
    SDVariable reward(SDVariable baseNll, SDVariable thoughtNll, SDVariable valid) {
        SDVariable gains = loss.rewardBaseline() == RewardBaseline.NONE ? thoughtNll.neg() : baseNll.sub(thoughtNll);
        return sd.sum(gains, false, 0).mul(valid);
    }

    /** A = max(0, r − baseline), [B, P, L]; the clamp, the baseline and a division by the deviation as configured. */
    SDVariable advantage(SDVariable reward, SDVariable valid) {
        SDVariable advantage = reward;
        if (loss.rewardBaseline() == RewardBaseline.MEAN && layout.thoughts() > 1) {
            advantage = reward.sub(sd.mean(reward, true, 1));
        }
        if (loss.standardizeAdvantage()) {
            advantage = loss.advantageDeviation() == AdvantageDeviation.GROUP
                    ? standardizedInGroup(advantage)
                    : standardized(advantage, valid);
        }
        return loss.clampNegative() ? sd.nn.relu(advantage, 0) : advantage;
    }

    private SDVariable standardized(SDVariable advantage, SDVariable valid) {
        SDVariable count = sd.sum(valid).mul(scalar(layout.thoughts())).add(scalar(1e-12));
        SDVariable mean = sd.sum(advantage.mul(valid)).div(count);
        SDVariable centred = advantage.sub(mean);
        SDVariable variance = sd.sum(centred.mul(centred).mul(valid)).div(count);
        // Not divided: M2.1's gradient of a division by a scalar is wrong, should anyone ever ask for it.
        return advantage.mul(scalar(1).div(sd.math.sqrt(variance).add(scalar(1e-8))));
    }

    /** By the deviation over the P thoughts of each position. */
    private SDVariable standardizedInGroup(SDVariable advantage) {
        SDVariable centred = advantage.sub(sd.mean(advantage, true, 1));
        SDVariable deviation = sd.math.sqrt(sd.mean(centred.mul(centred), true, 1));
        return advantage.div(deviation.add(scalar(1e-8)));
    }

    private SDVariable scalar(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }

    /** The rewards of a {@link RewardFunction}, and the advantages that follow from them by the same rules. */
    static final class Custom implements AutoCloseable {
        private final RewardFunction function;
        private final LearningInputs batch;
        private final ThoughtLayout layout;
        private final INDArray reward;
        private final StaticPlan plan;

        Custom(LossConfig loss, RewardFunction function, LearningInputs batch, PlanMemory memory) {
            this.function = function;
            this.batch = batch;
            this.layout = batch.layout();
            DataType type = batch.dataType();
            this.reward = Nd4j.zeros(type, layout.batch(), layout.thoughts(), layout.length());
            SameDiff sd = LeanGraph.create();
            SDVariable given = sd.placeHolder(QuietStarLoss.REWARD, type, reward.shape());
            SDVariable valid = sd.placeHolder(LearningInputs.VALID, type, layout.batch(), 1, layout.length());
            SDVariable advantage = new Reward(sd, layout, loss, type).advantage(given, valid);
            // An output has a place of its own, also where the advantage is the reward itself.
            sd.identity(advantage).rename(QuietStarLoss.ADVANTAGE);
            this.plan = StaticPlan.of(sd)
                    .given(Map.of(
                            QuietStarLoss.REWARD,
                            reward,
                            LearningInputs.VALID,
                            batch.inputs().get(LearningInputs.VALID)))
                    .keeping(List.of(QuietStarLoss.ADVANTAGE))
                    .sharing(memory)
                    .compile();
        }

        /** Asks for the reward of every thought that has all its targets; the others have none. */
        void run(INDArray likelihoodReward) {
            double[] given = HostArrays.numbers(likelihoodReward);
            double[] valid = HostArrays.numbers(batch.inputs().get(LearningInputs.VALID));
            int[] sampled = batch.sampled().toIntVector();
            double[] rewards = new double[given.length];
            List<List<Integer>> texts = texts();
            for (int block = 0; block < rewards.length; block++) {
                if (valid[layout.textRowOf(block)] != 0) {
                    int[] ids = new int[layout.thoughtTokens()];
                    for (int t = 0; t < ids.length; t++) {
                        ids[t] = sampled[t * layout.slotRows() + block];
                    }
                    rewards[block] = ask(new RewardFunction.RewardedThought(
                            texts.get(layout.sequenceOf(block)),
                            layout.positionOf(block),
                            ids,
                            layout.lookahead(),
                            given[block]));
                }
            }
            HostArrays.fill(reward, rewards);
            plan.run();
        }

        private double ask(RewardFunction.RewardedThought thought) {
            double answer = function.of(thought);
            if (!Double.isFinite(answer)) {
                throw new QuietStarException(String.format(
                        Locale.ROOT,
                        "the reward function gives %s to the thought %s at position %d; a finite number is wanted",
                        answer,
                        Arrays.toString(thought.ids()),
                        thought.position()));
            }
            return answer;
        }

        private List<List<Integer>> texts() {
            int[] ids = batch.text().toIntVector();
            List<List<Integer>> texts = new ArrayList<>();
            for (int b = 0; b < layout.batch(); b++) {
                int from = b * layout.length();
                texts.add(Arrays.stream(ids, from, from + batch.lengths()[b])
                        .boxed()
                        .toList());
            }
            return texts;
        }

        /** {@link QuietStarLoss#REWARD} or {@link QuietStarLoss#ADVANTAGE} of the last run, [B, P, L]. */
        INDArray output(String name) {
            return name.equals(QuietStarLoss.REWARD) ? reward : plan.output(name);
        }

        static boolean has(String name) {
            return name.equals(QuietStarLoss.REWARD) || name.equals(QuietStarLoss.ADVANTAGE);
        }

        @Override
        public void close() {
            plan.close();
            reward.close();
        }
    }
}
