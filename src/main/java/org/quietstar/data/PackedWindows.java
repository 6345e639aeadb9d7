package org.quietstar.data;

import java.util.Arrays;
import java.util.function.Consumer;

/** Windows one after the other: through all documents (pack), or restarted at each document (pad). */
final class PackedWindows implements WindowCutter {
    private final boolean breakAtDocuments;
    private final int[] window;
    private int length;

    PackedWindows(int windowLength, boolean breakAtDocuments) {
        this.window = new int[windowLength];
        this.breakAtDocuments = breakAtDocuments;
    }

    @Override
    public void startEpoch(int epoch) {
        length = 0;
    }

    @Override
    public void add(int[] ids, DocumentMetaData place, Consumer<int[]> windows) {
        int from = 0;
        while (from < ids.length) {
            int count = Math.min(ids.length - from, window.length - length);
            System.arraycopy(ids, from, window, length, count);
            length += count;
            from += count;
            if (length == window.length) {
                flush(windows);
            }
        }
        if (breakAtDocuments && place.last()) {
            flush(windows);
        }
    }

    @Override
    public void endEpoch(Consumer<int[]> windows) {
        flush(windows);
    }

    private void flush(Consumer<int[]> windows) {
        if (length >= SHORTEST) {
            windows.accept(Arrays.copyOf(window, length));
        }
        length = 0;
    }

    @Override
    public boolean restartable() {
        return true;
    }

    @Override
    public int[] carried() {
        return Arrays.copyOf(window, length);
    }

    @Override
    public void carry(int[] ids) {
        System.arraycopy(ids, 0, window, 0, ids.length);
        length = ids.length;
    }
}
