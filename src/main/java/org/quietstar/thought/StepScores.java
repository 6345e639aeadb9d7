package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.model.Detached;
import org.quietstar.model.HeadShape;
import org.quietstar.model.KeyGroup;

/**
 * Scores of a single step's queries against their own block's steps. Each query has keys of its own, a handful: as
 * broadcast products and sums over rows that stay where they are, where a matrix product would be one BLAS call for each
 * query.
 */
final class StepScores implements KeyGroup {
    private final SameDiff sd;
    private final HeadShape heads;
    private final int rows;
    private final int steps;
    private final SDVariable values;
    private final SDVariable scores;

    /**
     * @param queries [R, H·E], divided by √E
     * @param rows R
     * @param keys [Sk·R, KV·E], step after step
     * @param values likewise
     * @param mask [1, 1, Sk]
     * @param steps Sk
     */
    StepScores(
            HeadShape heads,
            SDVariable queries,
            int rows,
            SDVariable keys,
            SDVariable values,
            SDVariable mask,
            int steps) {
        this.sd = queries.getSameDiff();
        this.heads = heads;
        this.rows = rows;
        this.steps = steps;
        this.values = sd.reshape(values, grouped(steps, 1, heads.width()));
        SDVariable q = sd.reshape(queries, grouped(1, heads.groupSize(), heads.width()));
        SDVariable products = q.mul(sd.reshape(keys, grouped(steps, 1, heads.width())));
        SDVariable sums = sd.reshape(sd.sum(products, true, products().length - 1), steps, queryHeads());
        this.scores = sums.add(sd.reshape(mask, steps, 1)); // [Sk, R·H]
    }

    /** [steps, R·KV, group, last], without the axis of the groups where these are of one head. */
    private long[] grouped(long steps, long group, long last) {
        long keyHeads = (long) rows * heads.keyValueHeads();
        return heads.groupSize() == 1 ? new long[] {steps, keyHeads, last} : new long[] {steps, keyHeads, group, last};
    }

    private long[] products() {
        return grouped(steps, heads.groupSize(), heads.width());
    }

    /** R·H */
    private long queryHeads() {
        return (long) rows * heads.keyValueHeads() * heads.groupSize();
    }

    @Override
    public SDVariable largest() {
        SDVariable detached = Detached.of(scores);
        return inRows(steps == 1 ? detached : sd.max(detached, true, 0));
    }

    @Override
    public Weighted weigh(SDVariable largest) {
        SDVariable weights = sd.math.exp(scores.sub(sd.reshape(largest, 1, queryHeads())));
        SDVariable total = inRows(overSteps(weights));
        SDVariable products =
                sd.reshape(weights, grouped(steps, heads.groupSize(), 1)).mul(values);
        return new Weighted(total, sd.reshape(overSteps(products), queryHeads(), heads.width()));
    }

    /** The sum over the steps; a single one is its own. */
    private SDVariable overSteps(SDVariable x) {
        return steps == 1 ? x : sd.sum(x, true, 0);
    }

    private SDVariable inRows(SDVariable x) {
        return sd.reshape(x, rows, (long) heads.keyValueHeads() * heads.groupSize());
    }
}
