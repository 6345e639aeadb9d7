package org.quietstar.data;

import java.util.function.ToLongFunction;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.HoldOutBy;
import org.quietstar.random.SplitMix;

/**
 * Which documents a stream reads: all, or one side of a split by a hash, so that both sides agree without talking to each
 * other.
 *
 * @param hash 64 well-mixed bits of a document
 * @param validation whether the held-out side is read
 * @param share of the held-out side
 */
record HoldOutSplit(
        ToLongFunction<DocumentMetaData> hash, double validationFraction, boolean validation, HeldOutShare share) {
    private static final long KEY = 0x53504C4954L; // "SPLIT"

    /** All documents of a share. */
    static HoldOutSplit everything(HeldOutShare share) {
        return new HoldOutSplit(document -> 0, 0, false, share);
    }

    /** The split of a recipe. A text falls to the same side under every seed, so that no run trains on what another held out. */
    static HoldOutSplit of(DataConfig config, long seed, boolean validation, HeldOutShare share) {
        if (!config.validation().isEmpty()) {
            return everything(share);
        }
        ToLongFunction<DocumentMetaData> hash = config.holdOutBy() == HoldOutBy.TEXT
                ? document -> SplitMix.hash(KEY, document.textHash())
                : document -> SplitMix.hash(seed, KEY, document.file(), document.line());
        return new HoldOutSplit(hash, config.validationFraction(), validation, share);
    }

    boolean includes(DocumentMetaData document) {
        return SplitMix.unit(hash.applyAsLong(document)) < validationFraction == validation && share.includes(document);
    }
}
