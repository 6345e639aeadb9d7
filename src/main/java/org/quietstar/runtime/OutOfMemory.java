package org.quietstar.runtime;

import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.quietstar.QuietStarException;

/** Memory that ran out in the middle of work, in words that say which memory, how much there was, and what to change. */
public final class OutOfMemory {
    private OutOfMemory() {}

    /** The error in an exception's chain of causes, as one for the user; empty where memory is not the cause. */
    public static Optional<QuietStarException> in(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                return Optional.of(new QuietStarException(words(String.valueOf(cause.getMessage())), failure));
            }
        }
        return Optional.empty();
    }

    private static String words(String reason) {
        Runtime heap = Runtime.getRuntime();
        String used = String.format(
                Locale.ROOT,
                "Java heap %s of %s (QUIETSTAR_HEAP), arrays %s of %s (QUIETSTAR_OFFHEAP), the process %.0f MiB of %s"
                        + " (QUIETSTAR_PHYSICAL)",
                mib(heap.totalMemory() - heap.freeMemory()),
                mib(heap.maxMemory()),
                mib(Pointer.totalBytes()),
                mib(Pointer.maxBytes()),
                ProcessMemory.peakMiB(),
                mib(Pointer.maxPhysicalBytes()));
        String which = reason.contains("heap space") || reason.contains("GC overhead")
                ? "the Java heap is full: raise QUIETSTAR_HEAP"
                : "raise the limit that is reached";
        return "out of memory: " + used + "; " + which
                + ", or lower data.batchSize, data.sequenceLength or thought.thoughtsPerPosition (--batch when generating)";
    }

    private static String mib(long bytes) {
        return bytes <= 0 ? "no limit" : String.format(Locale.ROOT, "%.0f MiB", bytes / (1024.0 * 1024.0));
    }
}
