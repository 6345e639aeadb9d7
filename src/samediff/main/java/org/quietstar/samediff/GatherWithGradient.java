package org.quietstar.samediff;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.scatter.ScatterAdd;
import org.nd4j.linalg.api.ops.impl.shape.Gather;

/**
 * {@code gather} along axis 0 with a right gradient. In M2.1 the gradient of {@code gather} keeps only one of several
 * contributions to a row whose id occurs more than once, and throws when a graph holds two gathers; here it is
 * {@code scatterAdd(0, ids, dY)}, which sums them all, row after row in one thread, so that the sum is the same every
 * time. ({@code unsortedSegmentSum} would do, too, but M2.1's loses memory at every call: a megabyte for a few thousand
 * ids.) Class and op name must be registered by {@link SameDiffFixes#install()} before the first graph is built, since
 * M2.1 rebuilds every op from its native name when it makes the gradient function. Differentiating a gather along another
 * axis throws UnsupportedOperationException.
 */
public final class GatherWithGradient extends Gather {

    /** For the op registry. */
    public GatherWithGradient() {}

    /** Rows {@code ids} [n] (INT32) of {@code table} [rows, d]; the result is [n, d]. */
    public GatherWithGradient(SameDiff sd, SDVariable table, SDVariable ids) {
        super(sd, table, ids, 0);
    }

    /** Called, too, for the graph of gradients before that is made, and no other way leads to it then. */
    @Override
    public void setSameDiff(SameDiff graph) {
        super.setSameDiff(graph);
        GraphNames.install(graph);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        if (jaxis != 0) {
            throw new UnsupportedOperationException("The gradient of gather '" + getOwnName() + "' of '" + arg(0).name()
                    + "' is wrong in M2.1, and corrected only along axis 0, not " + jaxis);
        }
        var sum = new ScatterAdd(sameDiff, sameDiff.zerosLike(arg(0)), arg(1), gradients.get(0));
        // Without this lock several threads add to a row at once.
        sum.addBArgument(true);
        return List.of(sum.outputVariable(), sameDiff.zerosLike(arg(1)));
    }
}
