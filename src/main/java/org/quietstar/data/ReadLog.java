package org.quietstar.data;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.quietstar.QuietStarException;

/** Counts what is read, and decides what happens to a bad record. */
final class ReadLog {
    /** So many bad records are remembered, so that a later epoch does not report them again. */
    private static final int REMEMBERED = 100_000;

    private final DataListener listener;
    private final boolean failOnBadRecord;
    private final Set<String> reported = new HashSet<>();
    private final AtomicLong documents = new AtomicLong();
    private final AtomicLong tokens = new AtomicLong();
    private final AtomicLong badRecords = new AtomicLong();

    ReadLog(DataListener listener, boolean failOnBadRecord) {
        this.listener = listener;
        this.failOnBadRecord = failOnBadRecord;
    }

    /** Reports and counts a bad record, or throws QuietStarException where such a record is fatal. */
    void bad(Path file, long line, String reason) {
        var record = new BadRecord(file, line, reason);
        if (failOnBadRecord) {
            throw new QuietStarException(record + ". Fix or remove this record, or set data.onBadRecord: skip");
        }
        badRecords.incrementAndGet();
        if (reported.size() < REMEMBERED && reported.add(file + ":" + line)) {
            listener.onBadRecord(record);
        }
    }

    void document() {
        documents.incrementAndGet();
    }

    void tokens(long count) {
        tokens.addAndGet(count);
    }

    DataStatistics statistics() {
        return new DataStatistics(documents.get(), tokens.get(), badRecords.get());
    }
}
