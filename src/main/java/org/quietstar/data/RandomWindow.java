package org.quietstar.data;

import java.util.Arrays;
import java.util.function.Consumer;
import org.quietstar.random.SplitMix;

/**
 * One span of L ids from each document, every start equally likely; a shorter document as a whole. The span depends on
 * seed, epoch and document alone. Documents of several parts are never held as a whole: the span is chosen part by part
 * (reservoir sampling).
 */
final class RandomWindow implements WindowCutter {
    private static final int[] NONE = {};

    private final int windowLength;
    private final long seed;
    private final boolean sameEachEpoch;
    private int epoch;
    private SplitMix random;
    private long starts;
    private int[] span = NONE;
    private int[] tail = NONE;

    RandomWindow(int windowLength, long seed, boolean sameEachEpoch) {
        this.windowLength = windowLength;
        this.seed = seed;
        this.sameEachEpoch = sameEachEpoch;
    }

    @Override
    public void startEpoch(int newEpoch) {
        epoch = sameEachEpoch ? -1 : newEpoch;
        random = null;
    }

    @Override
    public void add(int[] ids, DocumentMetaData place, Consumer<int[]> windows) {
        if (place.part() == 0) {
            random = SplitMix.of(seed, epoch, place.file(), place.line());
            starts = 0;
            tail = NONE;
        }
        int[] joined = Arrays.copyOf(tail, tail.length + ids.length);
        System.arraycopy(ids, 0, joined, tail.length, ids.length);
        // The tail is shorter than a window, so each of these starts is a new one.
        int newStarts = joined.length - windowLength + 1;
        if (newStarts > 0) {
            starts += newStarts;
            if (random.nextLong(starts) < newStarts) {
                int start = random.nextInt(newStarts);
                span = Arrays.copyOfRange(joined, start, start + windowLength);
            }
        }
        tail = Arrays.copyOfRange(joined, Math.max(0, joined.length - windowLength + 1), joined.length);
        if (place.last()) {
            int[] window = starts == 0 ? tail : span;
            if (window.length >= SHORTEST) {
                windows.accept(window);
            }
            random = null;
        }
    }

    @Override
    public void endEpoch(Consumer<int[]> windows) {
        // Each document gave its span when it ended.
    }

    @Override
    public boolean restartable() {
        return random == null;
    }

    @Override
    public int[] carried() {
        return NONE;
    }

    @Override
    public void carry(int[] ids) {
        random = null;
    }
}
