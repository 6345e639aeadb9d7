package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.shape.Gather;

/**
 * {@code gather} along axis 0 with a right gradient. In M2.1 the gradient of {@code gather} keeps only one of several
 * contributions to a row whose id occurs more than once, and throws when a graph holds two gathers; here it is
 * {@code unsortedSegmentSum(dY, ids, rows)}, which sums them all. Class and op name must be registered by
 * {@link CorrectedOps#install()} before the first graph is built, since M2.1 rebuilds every op from its native name when
 * it makes the gradient function. Where the table's size is not known, as it is for variables, there is no right
 * gradient, and differentiating throws UnsupportedOperationException.
 */
public final class SegmentSumGather extends Gather {

    /** For the op registry. */
    public SegmentSumGather() {}

    /** Rows {@code ids} [n] (INT32) of {@code table} [rows, d]; the result is [n, d]. */
    public SegmentSumGather(SameDiff sd, SDVariable table, SDVariable ids) {
        super(sd, table, ids, 0);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        long[] shape = arg(0).getShape();
        if (jaxis != 0 || shape == null || shape.length != 2) {
            throw new UnsupportedOperationException("The gradient of gather '" + getOwnName() + "' of '" + arg(0).name()
                    + "' is wrong in M2.1, and corrected only along axis 0 of a variable of rank 2");
        }
        SDVariable table = sameDiff.unsortedSegmentSum(gradients.get(0), arg(1), (int) shape[0]);
        return List.of(table, sameDiff.zerosLike(arg(1)));
    }
}
