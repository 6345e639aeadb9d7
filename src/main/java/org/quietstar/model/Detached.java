package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/** Stop-gradient, which SameDiff has as an op but not as a method. */
public final class Detached {
    private Detached() {}

    /** The same numbers, of which the loss has no gradient. */
    public static SDVariable of(SDVariable x) {
        return new StopGradient(x.getSameDiff(), x).outputVariable();
    }
}
