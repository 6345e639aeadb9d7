package org.quietstar.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/**
 * Memory that some work takes, known before any of it is allocated.
 *
 * @param work as a message names it, such as "Generation"
 * @param parts bytes by what they are for, in the order of a message; the process itself is added
 */
public record MemoryNeed(String work, Map<String, Long> parts) {
    private static final String PROGRAM = "program";

    public MemoryNeed {
        Map<String, Long> all = new LinkedHashMap<>(parts);
        all.putIfAbsent(PROGRAM, Surroundings.LEAST_PHYSICAL);
        parts = Collections.unmodifiableMap(all);
    }

    /** Bytes in all. */
    public long total() {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Refuses what does not fit.
     *
     * @param wayOut what the user can do about it
     * @throws QuietStarException that says what is needed, for what, what there is, and the way out
     */
    public void requireFits(MemoryLimits limits, String wayOut) {
        if (total() <= limits.available()) {
            return;
        }
        String list = parts.entrySet().stream()
                .map(part -> part.getKey() + " " + text(part.getValue()))
                .collect(Collectors.joining(", "));
        throw new QuietStarException(work + " needs about " + text(total()) + " of memory (" + list
                + "), this process may take " + text(limits.available()) + "; " + wayOut);
    }

    /** As {@link #requireFits(MemoryLimits, String)}, under the limits of this process. */
    public void requireFits(String wayOut) {
        requireFits(MemoryLimits.current(Backend.require("auto")), wayOut);
    }

    /** Bytes in MiB or GiB, as messages and tables give them. */
    public static String text(long bytes) {
        double mib = bytes / (1024.0 * 1024.0);
        if (mib < 1024) {
            return String.format(Locale.ROOT, mib < 10 ? "%.1f MiB" : "%.0f MiB", mib);
        }
        return String.format(Locale.ROOT, "%.1f GiB", MemoryLimits.gib(bytes));
    }
}
