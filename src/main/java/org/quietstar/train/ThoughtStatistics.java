package org.quietstar.train;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.ThoughtSizes;

/** What is logged of a step's thoughts, over all its micro-batches; only real labels count. */
final class ThoughtStatistics {
    private final ThoughtSizes sizes;
    private final Moments reward = new Moments();
    private final Moments weight = new Moments();
    private final double[] nll;
    private final long[] labels;
    private long positive;
    private final Moments entropy = new Moments();

    private static final class Moments {
        long count;
        double sum;
        double squares;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;

        void add(double x) {
            count++;
            sum += x;
            squares += x * x;
            least = Math.min(least, x);
            most = Math.max(most, x);
        }

        void clear() {
            count = 0;
            sum = 0;
            squares = 0;
            least = Double.POSITIVE_INFINITY;
            most = Double.NEGATIVE_INFINITY;
        }

        double mean() {
            return count == 0 ? 0 : sum / count;
        }

        double deviation() {
            return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean() * mean()));
        }
    }

    ThoughtStatistics(ThoughtSizes sizes) {
        this.sizes = sizes;
        this.nll = new double[sizes.lookahead()];
        this.labels = new long[sizes.lookahead()];
    }

    void clear() {
        reward.clear();
        weight.clear();
        Arrays.fill(nll, 0);
        Arrays.fill(labels, 0);
        positive = 0;
        entropy.clear();
    }

    /**
     * Adds a micro-batch.
     *
     * @param outputs what {@link QuietStarGraph} calls so, after a run
     * @param lengths real tokens of each sequence
     * @param entropies of each thought, [B·P·L], nats
     */
    void add(Function<String, INDArray> outputs, int[] lengths, int rewardTrim, double[] entropies) {
        double[] rewards = numbers(outputs, QuietStarGraph.REWARD);
        double[] advantages = numbers(outputs, QuietStarGraph.ADVANTAGE);
        double[] weights = numbers(outputs, QuietStarGraph.MIX_WEIGHT);
        double[] nlls = numbers(outputs, QuietStarGraph.THOUGHT_NLL);
        int l = sizes.length();
        for (int r = 0; r < sizes.stepRows(); r++) {
            int p = r % l;
            int length = lengths[r / (l * sizes.thoughts())];
            if (p < length - sizes.lookahead() - rewardTrim) {
                reward.add(rewards[r]);
                positive += advantages[r] > 0 ? 1 : 0;
            }
            if (p + 1 < length) {
                entropy.add(entropies[r]);
            }
            for (int k = 0; k < sizes.lookahead() && p + 1 + k < length; k++) {
                weight.add(weights[k * sizes.stepRows() + r]);
                nll[k] += nlls[k * sizes.stepRows() + r];
                labels[k]++;
            }
        }
    }

    private static double[] numbers(Function<String, INDArray> outputs, String output) {
        INDArray array = outputs.apply(output);
        return array.reshape(array.length()).toDoubleVector();
    }

    /** Mean NLL after a thought for each k, nats. */
    double[] thoughtNll() {
        double[] means = new double[nll.length];
        Arrays.setAll(means, k -> labels[k] == 0 ? 0 : nll[k] / labels[k]);
        return means;
    }

    void putInto(Map<String, Object> metrics) {
        metrics.put("reward_mean", reward.mean());
        metrics.put("reward_std", reward.deviation());
        metrics.put("advantage_positive_share", reward.count == 0 ? 0 : (double) positive / reward.count);
        metrics.put("mix_weight_mean", weight.mean());
        metrics.put("mix_weight_min", weight.count == 0 ? 0 : weight.least);
        metrics.put("mix_weight_max", weight.count == 0 ? 0 : weight.most);
        metrics.put("thought_entropy", entropy.mean());
    }
}
