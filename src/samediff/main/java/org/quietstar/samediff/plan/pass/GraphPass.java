package org.quietstar.samediff.plan.pass;

import org.quietstar.samediff.plan.ir.StepList;

/** Improves the steps of a plan once all of them are known. */
public non-sealed interface GraphPass extends Pass {

    /**
     * Changes the steps.
     *
     * @return how many places it changed
     */
    int apply(StepList steps);
}
