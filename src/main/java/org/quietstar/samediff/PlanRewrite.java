package org.quietstar.samediff;

/** Executes some ops otherwise than the graph says, with the same result but for rounding. */
interface PlanRewrite {

    /**
     * Plans {@code call} if this rewrite knows better.
     *
     * @return false where the call is left to others; nothing was planned then
     */
    boolean apply(PlanCall call, PlanDraft draft);
}
