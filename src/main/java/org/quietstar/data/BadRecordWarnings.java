package org.quietstar.data;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Bad records as warnings that a person can read: the first ten of a kind one by one, those after them as a count, each time
 * that it has grown tenfold and at the end. Not for several threads at once, but for {@link #onBadRecord}, whose calls come
 * from one background thread.
 */
public final class BadRecordWarnings implements DataListener, AutoCloseable {
    /** So many of a kind are shown one by one. */
    static final int SHOWN = 10;

    private final Consumer<String> warn;
    private final Map<BadRecord.Kind, Long> counts = new EnumMap<>(BadRecord.Kind.class);
    private final Map<BadRecord.Kind, Long> told = new EnumMap<>(BadRecord.Kind.class);

    /** @param warn takes the warnings */
    public BadRecordWarnings(Consumer<String> warn) {
        this.warn = warn;
    }

    @Override
    public synchronized void onBadRecord(BadRecord record) {
        long count = counts.merge(record.kind(), 1L, Long::sum);
        if (count <= SHOWN) {
            warn.accept(record.toString());
            told.put(record.kind(), count);
        } else if (count == 10 * told.get(record.kind())) {
            tell(record.kind(), count);
        }
    }

    private void tell(BadRecord.Kind kind, long count) {
        warn.accept(String.format(Locale.ROOT, "%,d %s so far, passed over", count, kind.words()));
        told.put(kind, count);
    }

    /** Tells of those that were not told yet. */
    @Override
    public synchronized void close() {
        counts.forEach((kind, count) -> {
            if (count > told.get(kind)) {
                tell(kind, count);
            }
        });
    }
}
