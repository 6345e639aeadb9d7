package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Ranges of rows. The graph does not know its shapes before it is planned, so the width is told. */
final class Rows {
    private Rows() {}

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of [n, width]. */
    static SDVariable of(SameDiff sd, SDVariable x, int from, int to, int width) {
        return sd.slice(x, new int[] {from, 0}, to - from, width);
    }
}
