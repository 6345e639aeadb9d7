package org.quietstar.data;

import java.io.IOException;
import java.util.Optional;
import org.quietstar.data.LineInput.Segment;

/** Records of a JSON-lines file: one object a line. Empty lines hold nothing. */
final class JsonLines implements RecordSource {
    /** Bytes in a line at most: a record has to be in memory as a whole. */
    static final int MAX_LINE_BYTES = 64 << 20;

    private final TextFile file;
    private final JsonRecord record;
    private final ReadLog log;
    private final LineInput input;

    JsonLines(TextFile file, JsonRecord record, FilePosition position, ReadLog log) throws IOException {
        this.file = file;
        this.record = record;
        this.log = log;
        this.input = new LineInput(file, position, true, MAX_LINE_BYTES, log);
    }

    @Override
    public Optional<JsonRecord.Content> next() throws IOException {
        Segment line = input.next();
        if (line == null) {
            return Optional.empty();
        }
        if (!line.endsLine()) {
            log.bad(
                    file.path(),
                    line.line(),
                    BadRecord.Kind.TOO_LONG,
                    "is longer than " + (MAX_LINE_BYTES >> 20) + " MiB; split this record");
            for (Segment rest = line; rest != null && !rest.endsLine(); rest = input.next()) {
                // The rest of the line goes with it.
            }
        } else if (line.text() != null && !line.text().isBlank()) {
            try {
                return Optional.of(record.content(line.text()));
            } catch (JsonRecord.Fault fault) {
                log.bad(file.path(), line.line(), fault.kind(), fault.reason());
            }
        }
        return Optional.of(JsonRecord.Content.NONE);
    }

    @Override
    public FilePosition position() {
        return new FilePosition(input.offset(), input.line(), 0, input.line(), true, 0);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
