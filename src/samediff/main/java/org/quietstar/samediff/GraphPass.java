package org.quietstar.samediff;

/** Improves the steps of a plan once all of them are known. */
non-sealed interface GraphPass extends Pass {

    /**
     * Changes the steps.
     *
     * @return how many places it changed
     */
    int apply(StepList steps);
}
