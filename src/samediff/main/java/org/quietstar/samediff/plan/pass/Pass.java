package org.quietstar.samediff.plan.pass;

/** A way to make a plan do less or do it faster, with the same result but for rounding. */
public sealed interface Pass permits OpRewrite, GraphPass {

    /** Name in reports. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** What it does, in a few words. */
    String summary();
}
