package org.quietstar.thought;

import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.HostNumbers;

/**
 * Samples one id for each row of unnormalised probabilities by the inverse of their cumulative distribution. It is
 * outside the graph because M2.1's {@code cumsum} loses some 200 bytes a row at every call, and because sums in double
 * precision stay exact enough for large vocabularies. For weights in host memory; {@link DeviceCategorical} is for others.
 *
 * @param temperature above 0
 */
record HostCategorical(double temperature) implements ThoughtSampler {
    private static final String WEIGHTS = "weights";
    private static final String TOTAL = "total";
    private static final int CHUNK = 256;

    @Override
    public int noisePerRow(int vocabSize) {
        return 1;
    }

    @Override
    public List<String> build(Rollout.SlotLogits logits) {
        SDVariable weights = logits.weights(temperature);
        logits.totals(temperature, weights).rename(TOTAL);
        weights.rename(WEIGHTS);
        return List.of(WEIGHTS, TOTAL);
    }

    @Override
    public void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target) {
        choose(slot.output(WEIGHTS), slot.output(TOTAL), noise, lastAllowed, target);
    }

    /**
     * Chooses for each row the first id whose cumulative weight exceeds the row's number times the total.
     *
     * @param weights FLOAT or DOUBLE, at least 0, 0 where an id is banned, [rows, V] without gaps, row after row
     * @param totals sum of each row of the weights, rounded as it may be, [rows, 1]
     * @param uniform a number in [0, 1) for each row, [rows, 1]
     * @param lastAllowed the largest id that may be chosen
     * @param target INT32 [rows]
     */
    static void choose(INDArray weights, INDArray totals, INDArray uniform, int lastAllowed, INDArray target) {
        var numbers = new Weights(HostNumbers.of(weights), lastAllowed);
        long vocabSize = weights.size(1);
        int[] chosen = new int[Math.toIntExact(weights.size(0))];
        IntStream.range(0, chosen.length)
                .parallel()
                .forEach(r -> chosen[r] = numbers.first(r * vocabSize, uniform.getDouble(r), totals.getDouble(r)));
        HostArrays.fill(target, chosen);
    }

    /** The rows are read where they are, as far as the chosen id. */
    private record Weights(HostNumbers numbers, int lastAllowed) {
        int first(long start, double u, double total) {
            double cumulative = 0;
            for (int from = 0; from <= lastAllowed; from += CHUNK) {
                int count = Math.min(CHUNK, lastAllowed + 1 - from);
                double after = cumulative + numbers.sum(start + from, count);
                if (after > u * total) {
                    return from + within(start + from, count, u * total - cumulative);
                }
                cumulative = after;
            }
            // Either the given total is rounded up and u close to 1, so that the exact one decides; or u < 1, but its
            // product with the exact total is rounded up to the total.
            return cumulative < total ? first(start, u, cumulative) : lastAllowed;
        }

        /** The first number whose cumulative sum exceeds a limit, or, where rounding hides it, the last above 0. */
        private int within(long start, int count, double limit) {
            double cumulative = 0;
            int last = 0;
            for (int i = 0; i < count; i++) {
                double number = numbers.get(start + i);
                cumulative += number;
                if (cumulative > limit) {
                    return i;
                }
                last = number > 0 ? i : last;
            }
            return last;
        }
    }
}
