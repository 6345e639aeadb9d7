package org.quietstar.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.data.parquet.ParquetRows;

/** Records of a Parquet file: one column's value a row. A place in it is the number of a row. */
final class ParquetRecords implements RecordSource {
    private final TextFile file;
    private final JsonRecord record;
    private final ReadLog log;
    private final ParquetRows rows;
    private boolean damaged;

    ParquetRecords(TextFile file, String column, JsonRecord record, FilePosition position, ReadLog log)
            throws IOException {
        this.file = file;
        this.record = record;
        this.log = log;
        this.rows = ParquetRows.open(file.path(), column, position.offset());
    }

    /** A file that is damaged within ends there, as a compressed file does. */
    @Override
    public Optional<JsonRecord.Content> next() throws IOException {
        long row = rows.row() + 1;
        Optional<JsonNode> value;
        try {
            value = damaged ? Optional.empty() : rows.next();
        } catch (QuietStarException e) {
            damaged = true;
            log.bad(
                    file.path(),
                    row,
                    BadRecord.Kind.DAMAGED,
                    e.getMessage().substring(e.getMessage().indexOf(": ") + 2));
            return Optional.empty();
        }
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(record.content(value.get()));
        } catch (JsonRecord.Fault fault) {
            log.bad(file.path(), row, fault.kind(), fault.reason());
            return Optional.of(JsonRecord.Content.NONE);
        }
    }

    @Override
    public FilePosition position() {
        return new FilePosition(rows.row(), rows.row() + 1, 0, rows.row() + 1, true, 0);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
