package org.quietstar.data;

import org.quietstar.random.SplitMix;

/**
 * A share of the held-out documents, chosen by a hash of their texts: of a corpus in any order a share is a fair sample, and
 * two shares that do not overlap have no document in common.
 *
 * @param from least place in [0, 1) that belongs to it
 * @param to first place that does not, up to 1
 */
public record HeldOutShare(double from, double to) {
    /** All held-out documents. */
    public static final HeldOutShare ALL = new HeldOutShare(0, 1);
    /** Those by which checkpoints are compared while a run trains. */
    public static final HeldOutShare SELECTION = new HeldOutShare(0, 0.5);
    /** Those that are reported on where checkpoints were compared by the others. */
    public static final HeldOutShare REPORT = new HeldOutShare(0.5, 1);

    private static final long KEY = 0x5348415245L; // "SHARE"

    /** The part of this share between two places in [0, 1] of its own. */
    public HeldOutShare part(double first, double last) {
        return new HeldOutShare(from + first * (to - from), last >= 1 ? to : from + last * (to - from));
    }

    boolean includes(DocumentMetaData document) {
        double place = SplitMix.unit(SplitMix.hash(KEY, document.textHash()));
        return from <= place && place < to;
    }
}
