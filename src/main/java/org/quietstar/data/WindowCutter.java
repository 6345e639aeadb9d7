package org.quietstar.data;

import java.util.function.Consumer;
import org.quietstar.config.DataConfig.Packing;

/** Cuts the token ids of documents into windows of at most L ids. Windows of fewer than two ids are dropped. */
sealed interface WindowCutter permits PackedWindows, RandomWindow {
    /** Fewer ids than this hold nothing to predict. */
    int SHORTEST = 2;

    /** Forgets what it holds; {@code epoch} counts from 0. */
    void startEpoch(int epoch);

    /** Takes the ids of one part of a document, the end-of-document id included in the last. */
    void add(int[] ids, DocumentMetaData place, Consumer<int[]> windows);

    /** No document follows. */
    void endEpoch(Consumer<int[]> windows);

    /** Whether {@link #carried()} is all that it holds, so that reading may start again here. */
    boolean restartable();

    /** Ids that no window holds yet. */
    int[] carried();

    /** Holds {@code ids} as if they had been carried here. */
    void carry(int[] ids);

    /**
     * The cutter of a packing.
     *
     * @param length L
     * @param seed of the random spans
     * @param sameEachEpoch whether a document has the same random span in every epoch
     */
    static WindowCutter of(Packing packing, int length, long seed, boolean sameEachEpoch) {
        return switch (packing) {
            case PACK -> new PackedWindows(length, false);
            case PAD -> new PackedWindows(length, true);
            case RANDOM_SPAN -> new RandomWindow(length, seed, sameEachEpoch);
        };
    }
}
