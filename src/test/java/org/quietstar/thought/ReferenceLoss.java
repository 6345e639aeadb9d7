package org.quietstar.thought;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.samediff.StaticPlan;

/**
 * The loss of spec section 6 in plain Java loops, from the logits of a learning graph: what the graph's weights, masks
 * and reductions must come to.
 */
final class ReferenceLoss {
    /** Outputs of the graph that {@link #of} reads. */
    static final List<String> OUTPUTS = List.of(
            QuietStarGraph.BASE_LOGITS, QuietStarGraph.THOUGHT_LOGITS, QuietStarGraph.MIXED_LOGITS, DecoderNames.FINAL);

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
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final int[] text;
    private final int[] lengths;
    private final int[] thoughts;

    ReferenceLoss(TinyModel tiny, int[] text, int[] lengths, int[] thoughts) {
        this.tiny = tiny;
        this.sizes = tiny.sizes();
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
        double[][] baseLogits = plan.output(QuietStarGraph.BASE_LOGITS).toDoubleMatrix();
        double[][] mixed = plan.output(QuietStarGraph.MIXED_LOGITS).toDoubleMatrix();
        double[][] drawn = plan.output(QuietStarGraph.THOUGHT_LOGITS).toDoubleMatrix();
        double[][] rewarded = loss.reward().equals("thought") ? aloneLogits(plan.output(DecoderNames.FINAL)) : mixed;
        double[] reward = reward(baseLogits, rewarded);
        double[] advantage = held == null ? advantage(reward) : held.advantage;
        double[] logPolicy = logPolicy(drawn);
        double base = baseLoss(baseLogits);
        double thought = thoughtLoss(mixed);
        double policy = -meanOverDrawn(advantage, logPolicy);
        double[][] reference = held == null ? baseLogits : held.baseLogits;
        LossWeights weights = LossWeights.of(loss);
        double total = weights.base() * base
                + weights.thought() * thought
                + weights.policy() * policy
                - loss.entropyBonus() * meanOverDrawn(ones(), perToken(drawn, null))
                + loss.klWeight() * meanOverDrawn(ones(), perToken(drawn, reference));
        return new Terms(base, thought, policy, total, reward, advantage, logPolicy);
    }

    private double[] ones() {
        double[] ones = new double[sizes.stepRows()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private double[][] aloneLogits(INDArray hidden) {
        double[][] states = hidden.toDoubleMatrix();
        double[][] head =
                tiny.parameters().get(DecoderParameters.head(tiny.model())).toDoubleMatrix();
        int first = sizes.firstRowOfStep(sizes.thoughtTokens() + 2);
        double[][] logits = new double[sizes.lookahead() * sizes.stepRows()][head.length];
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
        for (int r = 0; r < sizes.textRows(); r++) {
            if (r % sizes.length() + 1 < lengths[r / sizes.length()]) {
                sum -= logSoftmax(logits[r], 1, List.of())[text[r + 1]];
                count++;
            }
        }
        return sum / count;
    }

    private double thoughtLoss(double[][] mixed) {
        double total = 0;
        for (int k = 0; k < sizes.lookahead(); k++) {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < sizes.stepRows(); i++) {
                int p = i % sizes.length();
                if (p + 1 + k < lengths[sequence(i)]) {
                    sum -= logSoftmax(mixed[k * sizes.stepRows() + i], 1, List.of())[token(i, p + 1 + k)];
                    count++;
                }
            }
            total += sum / count / sizes.lookahead();
        }
        return total;
    }

    /** i is a row of a slab, [B, P, L]. */
    private int sequence(int i) {
        return i / sizes.length() / sizes.thoughts();
    }

    private int token(int i, int place) {
        return text[sequence(i) * sizes.length() + place];
    }

    private boolean valid(int i) {
        return i % sizes.length() + sizes.lookahead() + loss.rewardTrim() < lengths[sequence(i)];
    }

    private double[] reward(double[][] baseLogits, double[][] logits) {
        double[] reward = new double[sizes.stepRows()];
        for (int i = 0; i < reward.length; i++) {
            int p = i % sizes.length();
            for (int k = 0; valid(i) && k < sizes.lookahead(); k++) {
                int label = token(i, p + 1 + k);
                reward[i] += logSoftmax(logits[k * sizes.stepRows() + i], 1, List.of())[label];
                if (!loss.rewardBaseline().equals("none")) {
                    reward[i] -= logSoftmax(baseLogits[sequence(i) * sizes.length() + p + k], 1, List.of())[label];
                }
            }
        }
        return reward;
    }

    private double[] advantage(double[] reward) {
        double[] advantage = reward.clone();
        int l = sizes.length();
        int copies = sizes.thoughts();
        if (loss.rewardBaseline().equals("mean") && copies > 1) {
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

    private double[] logPolicy(double[][] drawn) {
        double[] result = new double[drawn.length];
        Arrays.setAll(result, i -> logSoftmax(drawn[i], loss.reinforceTemperature(), tiny.bannedIds())[thoughts[i]]);
        return result;
    }

    /** The entropy of each drawn token's distribution, or its divergence from the text position's. */
    private double[] perToken(double[][] drawn, double[][] reference) {
        double[] result = new double[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            int slab = i % sizes.stepRows();
            double[] logP = logSoftmax(drawn[i], 1, tiny.bannedIds());
            double[] logQ = reference == null
                    ? new double[logP.length]
                    : logSoftmax(
                            reference[sequence(slab) * sizes.length() + slab % sizes.length()], 1, tiny.bannedIds());
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
    private double meanOverDrawn(double[] factor, double[] x) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            int slab = i % sizes.stepRows();
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
        double logSum = Math.log(sum);
        return Arrays.stream(logits).map(x -> x / temperature - logSum).toArray();
    }
}
