package org.quietstar.samediff;

/** Decides for a single op of the graph how it is executed. */
non-sealed interface OpRewrite extends Pass {

    /**
     * Plans {@code call} if this rewrite knows better.
     *
     * @return false where the call is left to others; nothing was planned then
     */
    boolean apply(GraphOp call, PlanGraph draft);
}
