package org.quietstar.train;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.ThoughtLayout;

/** What is logged of a step's thoughts, over all its micro-batches; only real labels count. */
final class ThoughtStatistics {
    private final ThoughtLayout layout;
    private final Moments reward = new Moments();
    private final Moments weight = new Moments();
    private final Moments gain = new Moments();
    private final double[] nll;
    private final long[] labels;
    private long positive;
    private final Moments entropy = new Moments();

    ThoughtStatistics(ThoughtLayout layout) {
        this.layout = layout;
        this.nll = new double[layout.lookahead()];
        this.labels = new long[layout.lookahead()];
    }

    void clear() {
        reward.clear();
        weight.clear();
        gain.clear();
        Arrays.fill(nll, 0);
        Arrays.fill(labels, 0);
        positive = 0;
        entropy.clear();
    }

    /**
     * Adds a micro-batch.
     *
     * @param outputs what {@link QuietStarLoss} calls so, after a run
     * @param lengths real tokens of each sequence
     * @param valid above 0 for each position whose thoughts earn a reward, [B·L]
     * @param entropies of each thought, [B·P·L], nats
     */
    void add(Function<String, INDArray> outputs, int[] lengths, double[] valid, double[] entropies) {
        double[] rewards = HostArrays.numbers(outputs.apply(QuietStarLoss.REWARD));
        double[] advantages = HostArrays.numbers(outputs.apply(QuietStarLoss.ADVANTAGE));
        double[] weights = HostArrays.numbers(outputs.apply(QuietStarLoss.MIX_WEIGHT));
        double[] base = HostArrays.numbers(outputs.apply(QuietStarLoss.BASE_NLL));
        double[] nlls = HostArrays.numbers(outputs.apply(QuietStarLoss.THOUGHT_NLL));
        for (int r = 0; r < layout.slotRows(); r++) {
            int p = layout.positionOf(r);
            int length = lengths[layout.sequenceOf(r)];
            if (valid[layout.textRowOf(r)] > 0) {
                reward.add(rewards[r]);
                positive += advantages[r] > 0 ? 1 : 0;
            }
            if (p + 1 < length) {
                entropy.add(entropies[r]);
            }
            for (int k = 0; k < layout.lookahead() && p + 1 + k < length; k++) {
                weight.add(weights[k * layout.slotRows() + r]);
                double thought = nlls[k * layout.slotRows() + r];
                nll[k] += thought;
                gain.add(base[layout.textRowOf(r) + k] - thought);
                labels[k]++;
            }
        }
    }

    /** Mean NLL after a thought for each k, nats. */
    double[] thoughtNll() {
        double[] means = new double[nll.length];
        Arrays.setAll(means, k -> labels[k] == 0 ? 0 : nll[k] / labels[k]);
        return means;
    }

    /** All that is told of thoughts. */
    void putInto(Map<String, Object> metrics) {
        metrics.put(Metrics.GAIN, gain.mean());
        metrics.put(Metrics.REWARD_MEAN, reward.mean());
        metrics.put(Metrics.REWARD_STD, reward.deviation());
        metrics.put(Metrics.ADVANTAGE_POSITIVE_SHARE, reward.count == 0 ? 0 : (double) positive / reward.count);
        putMixingInto(metrics);
        metrics.put(Metrics.THOUGHT_ENTROPY, entropy.mean());
    }

    /** What is told of pauses, too: what they gain, and how much they weigh. */
    void putMixingInto(Map<String, Object> metrics) {
        metrics.put(Metrics.GAIN, gain.mean());
        metrics.put(Metrics.MIX_WEIGHT_MEAN, weight.mean());
        metrics.put(Metrics.MIX_WEIGHT_MIN, weight.count == 0 ? 0 : weight.least);
        metrics.put(Metrics.MIX_WEIGHT_MAX, weight.count == 0 ? 0 : weight.most);
    }
}
