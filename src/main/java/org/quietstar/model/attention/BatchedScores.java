package org.quietstar.model.attention;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.samediff.StopGradient;

/**
 * Scores and weighted sums as batched matrix products. Queries, keys and values are rows that the products read in
 * another order of axes; the order changes nothing but strides, so that a plan need not copy. Everything between the
 * products is of rank 4 at most, for which M2.1 has fast broadcasts.
 */
public final class BatchedScores implements ScoreGroup {
    private final SameDiff sd;
    private final int width;
    private final int heads;
    private final long[] queryAxes;
    private final int[] queryOrder;
    private final long[] productAxes;
    private final SDVariable values;
    private final SDVariable scores;
    private final long keyCount;

    /**
     * How rows become products. Rows [R, heads·E] are seen as [axes…, E] and permuted to [batch axes…, m, E], m rows of
     * one product. The batch axes of the keys are 1 where all queries along the axis share the keys.
     */
    public static final class AxisOrder {
        private final long[] axes;
        private final int[] order;

        /**
         * @param axes sizes, without E, whose product is R·heads
         * @param order the axis that comes first, second, …; E stays last and is not listed
         */
        public AxisOrder(long[] axes, int... order) {
            this.axes = axes.clone();
            this.order = Arrays.copyOf(order, order.length + 1);
            this.order[order.length] = order.length;
        }

        /** [batch axes…, m] */
        private long[] productAxes() {
            long[] result = new long[axes.length];
            Arrays.setAll(result, i -> axes[order[i]]);
            return result;
        }
    }

    /**
     * @param queries divided by √E, [R, H·E]
     * @param keys in rows, KV·E wide
     * @param values likewise
     * @param mask added to the scores [batch axes…, m, n] for n keys, seen as {@code masked}
     * @param masked a shape of the scores that {@code mask} broadcasts to
     */
    public BatchedScores(
            HeadShape shape,
            AxisOrder queryOrdering,
            SDVariable queries,
            AxisOrder keyOrdering,
            SDVariable keys,
            SDVariable values,
            SDVariable mask,
            long... masked) {
        this.sd = queries.getSameDiff();
        this.width = shape.width();
        this.heads = shape.heads();
        this.queryAxes = queryOrdering.axes;
        this.queryOrder = queryOrdering.order;
        this.productAxes = queryOrdering.productAxes();
        int[] repeats = repeats(keyOrdering.productAxes());
        this.keyCount = keyOrdering.productAxes()[productAxes.length - 1];
        this.values = ordered(values, keyOrdering, repeats);
        SDVariable q = sd.permute(sd.reshape(queries, with(queryAxes, width)), queryOrder);
        SDVariable products = sd.mmul(q, ordered(keys, keyOrdering, repeats), false, true, false);
        SDVariable visible = sd.reshape(products, masked).add(mask);
        this.scores = sd.reshape(visible, length(productAxes), keyCount);
    }

    /** How often the keys stand along each axis of the product, that all queries find theirs. */
    private int[] repeats(long[] keyAxes) {
        int[] repeats = new int[keyAxes.length + 1];
        Arrays.fill(repeats, 1);
        for (int i = 0; i < keyAxes.length - 1; i++) {
            repeats[i] = Math.toIntExact(productAxes[i] / keyAxes[i]);
        }
        return repeats;
    }

    private SDVariable ordered(SDVariable rows, AxisOrder ordering, int... repeats) {
        SDVariable permuted = sd.permute(sd.reshape(rows, with(ordering.axes, width)), ordering.order);
        return Arrays.stream(repeats).allMatch(n -> n == 1) ? permuted : sd.tile(permuted, repeats);
    }

    @Override
    public SDVariable rowMax() {
        // M2.1 fails on a reduction of a single column.
        SDVariable detached = StopGradient.of(scores);
        return toRows(keyCount == 1 ? detached : sd.max(detached, true, 1));
    }

    @Override
    public PartialSoftmax expAndSum(SDVariable rowMax) {
        SDVariable ordered = sd.permute(sd.reshape(rowMax, with(queryAxes, 1)), queryOrder);
        SDVariable exp = sd.math.exp(scores.sub(sd.reshape(ordered, length(productAxes), 1)));
        SDVariable expSum = toRows(keyCount == 1 ? exp : sd.sum(exp, true, 1));
        SDVariable weighted = sd.mmul(sd.reshape(exp, with(productAxes, keyCount)), values);
        return new PartialSoftmax(expSum, sd.reshape(sd.permute(weighted, inverse()), length(queryAxes), width));
    }

    /** A number for each row of the scores as [R, H]. */
    private SDVariable toRows(SDVariable x) {
        SDVariable ordered = sd.permute(sd.reshape(x, with(productAxes, 1)), inverse());
        return sd.reshape(ordered, length(queryAxes) / heads, heads);
    }

    private int[] inverse() {
        int[] inverse = new int[queryOrder.length];
        for (int i = 0; i < inverse.length; i++) {
            inverse[queryOrder[i]] = i;
        }
        return inverse;
    }

    private static long[] with(long[] axes, long last) {
        long[] shape = Arrays.copyOf(axes, axes.length + 1);
        shape[axes.length] = last;
        return shape;
    }

    private static long length(long... shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
}
