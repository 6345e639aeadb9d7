package org.quietstar.thought;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;

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
        var numbers = new Weights(reader(weights), lastAllowed);
        int vocabSize = Math.toIntExact(weights.size(1));
        int[] chosen = new int[Math.toIntExact(weights.size(0))];
        IntStream.range(0, chosen.length)
                .parallel()
                .forEach(r -> chosen[r] = numbers.first(r * vocabSize, uniform.getDouble(r), totals.getDouble(r)));
        HostArrays.fill(target, chosen);
    }

    /** Reads {@code count} numbers from a place on. */
    private interface Reader {
        void read(int from, double[] target, int count);
    }

    /** Views of the native memory: the rows are read where they are, as far as the chosen id. */
    private static Reader reader(INDArray weights) {
        if (weights.dataType() == DataType.DOUBLE) {
            DoubleBuffer doubles = weights.data().asNioDouble().slice();
            return (from, target, count) -> doubles.get(from, target, 0, count);
        }
        FloatBuffer floats = weights.data().asNioFloat().slice();
        return (from, target, count) -> {
            for (int i = 0; i < count; i++) {
                target[i] = floats.get(from + i);
            }
        };
    }

    private record Weights(Reader numbers, int lastAllowed) {
        int first(int start, double u, double total) {
            double[] chunk = new double[CHUNK];
            double cumulative = 0;
            for (int from = 0; from <= lastAllowed; from += CHUNK) {
                int count = Math.min(CHUNK, lastAllowed + 1 - from);
                numbers.read(start + from, chunk, count);
                double after = cumulative + sum(chunk, count);
                if (after > u * total) {
                    return from + within(chunk, count, u * total - cumulative);
                }
                cumulative = after;
            }
            // Either the given total is rounded up and u close to 1, so that the exact one decides; or u < 1, but its
            // product with the exact total is rounded up to the total.
            return cumulative < total ? first(start, u, cumulative) : lastAllowed;
        }
    }

    /** Four sums side by side, since one addition would wait for the one before. */
    private static double sum(double[] numbers, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += numbers[i];
            b += numbers[i + 1];
            c += numbers[i + 2];
            d += numbers[i + 3];
        }
        for (; i < count; i++) {
            a += numbers[i];
        }
        return (a + b) + (c + d);
    }

    /** The first number whose cumulative sum exceeds a limit, or, where rounding hides it, the last above 0. */
    private static int within(double[] numbers, int count, double limit) {
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            cumulative += numbers[i];
            if (cumulative > limit) {
                return i;
            }
            last = numbers[i] > 0 ? i : last;
        }
        return last;
    }
}
