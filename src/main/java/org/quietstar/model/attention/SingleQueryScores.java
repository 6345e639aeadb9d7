package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.samediff.StopGradient;

/**
 * Scores of queries that have keys of their own each, n of them, a handful. These are broadcast products and sums over rows
 * that stay where they are; matrix products would be one BLAS call for each query.
 */
public final class SingleQueryScores implements ScoreGroup {
    private final SameDiff sd;
    private final HeadShape shape;
    private final int rows;
    private final int count;
    private final SDVariable values;
    private final SDVariable scores;

    /**
     * @param queries [R, H·E], divided by √E
     * @param rows R
     * @param keys [n·R, KV·E]: the first key of every query, then the second of every query
     * @param values likewise
     * @param mask added to the scores of each query, [1, 1, n]
     * @param count n
     */
    public SingleQueryScores(
            HeadShape shape,
            SDVariable queries,
            int rows,
            SDVariable keys,
            SDVariable values,
            SDVariable mask,
            int count) {
        this.sd = queries.getSameDiff();
        this.shape = shape;
        this.rows = rows;
        this.count = count;
        this.values = sd.reshape(values, grouped(count, 1, shape.width()));
        SDVariable q = sd.reshape(queries, grouped(1, shape.groupSize(), shape.width()));
        SDVariable products = q.mul(sd.reshape(keys, grouped(count, 1, shape.width())));
        SDVariable sums = sd.reshape(sd.sum(products, true, products().length - 1), count, queryHeads());
        this.scores = sums.add(sd.reshape(mask, count, 1)); // [n, R·H]
    }

    /** [count, R·KV, group, last], without the axis of the groups where these are of one head. */
    private long[] grouped(long count, long group, long last) {
        long keyHeads = (long) rows * shape.keyValueHeads();
        return shape.groupSize() == 1 ? new long[] {count, keyHeads, last} : new long[] {count, keyHeads, group, last};
    }

    private long[] products() {
        return grouped(count, shape.groupSize(), shape.width());
    }

    /** R·H */
    private long queryHeads() {
        return (long) rows * shape.heads();
    }

    @Override
    public SDVariable rowMax() {
        SDVariable detached = StopGradient.of(scores);
        return inRows(count == 1 ? detached : sd.max(detached, true, 0));
    }

    @Override
    public PartialSoftmax expAndSum(SDVariable rowMax) {
        SDVariable exp = sd.math.exp(scores.sub(sd.reshape(rowMax, 1, queryHeads())));
        SDVariable expSum = inRows(overKeys(exp));
        SDVariable products =
                sd.reshape(exp, grouped(count, shape.groupSize(), 1)).mul(values);
        return new PartialSoftmax(expSum, sd.reshape(overKeys(products), queryHeads(), shape.width()));
    }

    /** The sum over the keys; a single one is its own. */
    private SDVariable overKeys(SDVariable x) {
        return count == 1 ? x : sd.sum(x, true, 0);
    }

    private SDVariable inRows(SDVariable x) {
        return sd.reshape(x, rows, shape.heads());
    }
}
