package org.quietstar.samediff.plan.pass;

import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;

/** Decides for a single op of the graph how it is executed. */
public non-sealed interface OpRewrite extends Pass {

    /**
     * Plans {@code call} if this rewrite knows better.
     *
     * @return false where the call is left to others; nothing was planned then
     */
    boolean apply(GraphOp call, PlanGraph draft);
}
