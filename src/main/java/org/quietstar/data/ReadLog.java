package org.quietstar.data;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.quietstar.QuietStarException;

/** Decides what happens to a bad record. */
final class ReadLog {
    /** So many bad records are remembered, so that a later epoch does not report them again. */
    private static final int REMEMBERED = 100_000;

    private final DataListener listener;
    private final boolean failOnBadRecord;
    private final Set<String> reported = new HashSet<>();

    ReadLog(DataListener listener, boolean failOnBadRecord) {
        this.listener = listener;
        this.failOnBadRecord = failOnBadRecord;
    }

    /** Reports a bad record, or throws QuietStarException where such a record is fatal. */
    void bad(Path file, long line, BadRecord.Kind kind, String reason) {
        var record = new BadRecord(file, line, kind, reason);
        if (failOnBadRecord) {
            throw new QuietStarException(record + ". Fix or remove this record, or set data.onBadRecord: skip");
        }
        if (reported.size() < REMEMBERED && reported.add(file + ":" + line)) {
            listener.onBadRecord(record);
        }
    }
}
