package org.quietstar.thought;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * The loss of docs/algorithm.md, section 6, in plain Java loops, from the logits of a learning graph: what the graph's weights, masks
 * and reductions must come to.
 */
final class ReferenceLoss {
    /** Outputs of the graph that {@link #of} reads. */
    static final List<String> OUTPUTS = List.of(
            QuietStarLoss.BASE_LOGITS,
            ReferenceObjective.THOUGHT_LOGITS,
            QuietStarLoss.MIXED_LOGITS,
            DecoderNames.FINAL);

    /** What has no gradient: A [B·P·L] and the base logits that the divergence is measured from. */
    record Detached(double[] advantage, double[][] baseLogits) {}

    /**
     * @param reward [B·P·L], as is {@code advantage}
     * @param logPolicy [T·B·P·L]
     */
    record Terms(
            double base,
            double thought,
            double policy,
            double total,
            double[] reward,
            double[] advantage,
            double[] logPolicy) {}

    private final TinyModel tiny;
    private final ThoughtLayout layout;
    private final LossConfig loss;
    private final int[] text;
    private final int[] lengths;
    private final int[] thoughts;

    ReferenceLoss(TinyModel tiny, int[] text, int[] lengths, int[] thoughts) {
        this.tiny = tiny;
        this.layout = tiny.layout();
        this.loss = tiny.loss();
        this.text = text;
        this.lengths = lengths;
        this.thoughts = thoughts;
    }

    /** The terms for what the plan's last run gave. */
    Terms of(StaticPlan plan) {
        return of(plan, null);
    }

    /** The terms with what has no gradient held fast, or not where {@code held} is null. */
    Terms of(StaticPlan plan, Detached held) {
        double[][] baseLogits = plan.output(QuietStarLoss.BASE_LOGITS).toDoubleMatrix();
        double[][] mixed = plan.output(QuietStarLoss.MIXED_LOGITS).toDoubleMatrix();
        double[][] sampled = plan.output(ReferenceObjective.THOUGHT_LOGITS).toDoubleMatrix();
        double[][] rewarded =
                loss.reward() == RewardSource.THOUGHT ? aloneLogits(plan.output(DecoderNames.FINAL)) : mixed;
        double[] reward = reward(baseLogits, rewarded);
        double[] advantage = held == null ? advantage(reward) : held.advantage;
        double[] logPolicy = logPolicy(sampled);
        double base = baseLoss(baseLogits);
        double thought = thoughtLoss(mixed);
        double policy = -meanOverSampled(advantage, logPolicy);
        double[][] reference = held == null ? baseLogits : held.baseLogits;
        LossWeights weights = LossWeights.of(loss);
        double total = weights.base() * base
                + weights.thought() * thought
                + weights.policy() * policy
                - loss.entropyBonus() * meanOverSampled(ones(), perToken(sampled, null))
                + loss.klWeight() * meanOverSampled(ones(), perToken(sampled, reference));
        return new Terms(base, thought, policy, total, reward, advantage, logPolicy);
    }

    private double[] ones() {
        double[] ones = new double[layout.slotRows()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private double[][] aloneLogits(INDArray hidden) {
        double[][] states = hidden.toDoubleMatrix();
        double[][] head =
                tiny.parameters().get(DecoderParameters.head(tiny.model())).toDoubleMatrix();
        int first = layout.firstRowOfSlot(layout.endSlot());
        double[][] logits = new double[layout.lookahead() * layout.slotRows()][head.length];
        for (int r = 0; r < logits.length; r++) {
            for (int v = 0; v < head.length; v++) {
                for (int d = 0; d < head[v].length; d++) {
                    logits[r][v] += states[first + r][d] * head[v][d];
                }
            }
        }
        return logits;
    }

    private double baseLoss(double[][] logits) {
        double sum = 0;
        int count = 0;
        for (int r = 0; r < layout.textRows(); r++) {
            if (r % layout.length() + 1 < lengths[r / layout.length()]) {
                sum -= logSoftmax(logits[r], 1, List.of())[text[r + 1]];
                count++;
            }
        }
        return sum / count;
    }

    private double thoughtLoss(double[][] mixed) {
        double total = 0;
        for (int k = 0; k < layout.lookahead(); k++) {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < layout.slotRows(); i++) {
                int p = i % layout.length();
                if (p + 1 + k < lengths[sequence(i)]) {
                    sum -= logSoftmax(mixed[k * layout.slotRows() + i], 1, List.of())[token(i, p + 1 + k)];
                    count++;
                }
            }
            total += sum / count / layout.lookahead();
        }
        return total;
    }

    /** i is a row of a slab, [B, P, L]. */
    private int sequence(int i) {
        return i / layout.length() / layout.thoughts();
    }

    private int token(int i, int place) {
        return text[sequence(i) * layout.length() + place];
    }

    private boolean valid(int i) {
        return i % layout.length() + layout.lookahead() + loss.rewardTrim() < lengths[sequence(i)];
    }

    private double[] reward(double[][] baseLogits, double[][] logits) {
        double[] reward = new double[layout.slotRows()];
        for (int i = 0; i < reward.length; i++) {
            int p = i % layout.length();
            for (int k = 0; valid(i) && k < layout.lookahead(); k++) {
                int label = token(i, p + 1 + k);
                reward[i] += logSoftmax(logits[k * layout.slotRows() + i], 1, List.of())[label];
                if (loss.rewardBaseline() != RewardBaseline.NONE) {
                    reward[i] -= logSoftmax(baseLogits[sequence(i) * layout.length() + p + k], 1, List.of())[label];
                }
            }
        }
        return reward;
    }

    private double[] advantage(double[] reward) {
        double[] advantage = reward.clone();
        int l = layout.length();
        int copies = layout.thoughts();
        if (loss.rewardBaseline() == RewardBaseline.MEAN && copies > 1) {
            for (int i = 0; i < advantage.length; i++) {
                for (int n = 0; n < copies; n++) {
                    advantage[i] -= reward[(sequence(i) * copies + n) * l + i % l] / copies;
                }
            }
        }
        if (loss.standardizeAdvantage()) {
            double[] valid = java.util.stream.IntStream.range(0, advantage.length)
                    .filter(this::valid)
                    .mapToDouble(i -> advantage[i])
                    .toArray();
            double mean = Arrays.stream(valid).average().orElseThrow();
            double variance = Arrays.stream(valid)
                    .map(x -> (x - mean) * (x - mean))
                    .average()
                    .orElseThrow();
            Arrays.setAll(advantage, i -> advantage[i] / (Math.sqrt(variance) + 1e-8));
        }
        if (loss.clampNegative()) {
            Arrays.setAll(advantage, i -> Math.max(0, advantage[i]));
        }
        return advantage;
    }

    private double[] logPolicy(double[][] sampled) {
        double[] result = new double[sampled.length];
        Arrays.setAll(result, i -> logSoftmax(sampled[i], loss.reinforceTemperature(), tiny.bannedIds())[thoughts[i]]);
        return result;
    }

    /** The entropy of each sampled token's distribution, or its divergence from the text position's. */
    private double[] perToken(double[][] sampled, double[][] reference) {
        double[] result = new double[sampled.length];
        for (int i = 0; i < sampled.length; i++) {
            int slab = i % layout.slotRows();
            double[] logP = logSoftmax(sampled[i], 1, tiny.bannedIds());
            double[] logQ = reference == null
                    ? new double[logP.length]
                    : logSoftmax(
                            reference[sequence(slab) * layout.length() + slab % layout.length()], 1, tiny.bannedIds());
            for (int v = 0; v < logP.length; v++) {
                if (!tiny.bannedIds().contains(v)) {
                    double each = Math.exp(logP[v]) * (logP[v] - logQ[v]);
                    result[i] += reference == null ? -each : each;
                }
            }
        }
        return result;
    }

    /** Mean of factor[b, p, l]·x[t, b, p, l] over tokens and valid positions. */
    private double meanOverSampled(double[] factor, double[] x) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            int slab = i % layout.slotRows();
            if (valid(slab)) {
                sum += factor[slab] * x[i];
                count++;
            }
        }
        return sum / count;
    }

    private static double[] logSoftmax(double[] logits, double temperature, List<Integer> banned) {
        double sum = 0;
        for (int v = 0; v < logits.length; v++) {
            sum += banned.contains(v) ? 0 : Math.exp(logits[v] / temperature);
        }
        double logSumExp = Math.log(sum);
        return Arrays.stream(logits).map(x -> x / temperature - logSumExp).toArray();
    }
}
