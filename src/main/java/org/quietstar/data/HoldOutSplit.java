package org.quietstar.data;

import org.quietstar.random.SplitMix;

/**
 * Which documents a stream reads: all, or one side of a split by a hash of seed and place (file and line), so that both
 * sides agree without talking to each other.
 */
record HoldOutSplit(long seed, double validationFraction, boolean validation) {
    private static final long KEY = 0x53504C4954L; // "SPLIT"

    static HoldOutSplit everything() {
        return new HoldOutSplit(0, 0, false);
    }

    boolean includes(DocumentMetaData document) {
        double unit = SplitMix.unit(SplitMix.hash(seed, KEY, document.file(), document.line()));
        return unit < validationFraction == validation;
    }
}
