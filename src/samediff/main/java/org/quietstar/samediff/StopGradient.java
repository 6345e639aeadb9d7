package org.quietstar.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/** Stop-gradient, which SameDiff has as an op but not as a method. */
public final class StopGradient {
    private StopGradient() {}

    /** The same numbers, of which the loss has no gradient. */
    public static SDVariable of(SDVariable x) {
        return new org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient(x.getSameDiff(), x).outputVariable();
    }
}
