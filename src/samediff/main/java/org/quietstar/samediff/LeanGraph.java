package org.quietstar.samediff;

import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.array.SingleThreadArrayHolder;

/**
 * Graphs that hold each array once. M2.1 keeps a copy of every variable's array for other devices, so that each graph on
 * the same parameters takes as much memory again as they do.
 */
public final class LeanGraph {
    private LeanGraph() {}

    /** An empty graph for one thread. Throws IllegalStateException where ND4J is of another version. */
    public static SameDiff create() {
        Nd4jVersion.require();
        SameDiff sd = SameDiff.create();
        GraphNames.install(sd);
        sd.setArrayHolders(new SingleThreadArrayHolder(), new SingleThreadArrayHolder(), false);
        return sd;
    }
}
