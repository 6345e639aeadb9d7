package org.quietstar.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quietstar.data.LineInput.Segment;

/** Documents of a JSON-lines file: one field of one object a line. Empty lines and empty texts are skipped. */
final class JsonLinesParser implements DocumentParser {
    /** Bytes in a line at most: a record has to be in memory as a whole. */
    static final int MAX_LINE_BYTES = 64 << 20;

    private final TextFile file;
    private final JsonRecord record;
    private final ReadLog log;
    private final LineInput input;
    private Segment line;
    private List<String> parts = List.of();
    private int part;
    private long textHash;

    JsonLinesParser(TextFile file, String field, FilePosition position, ReadLog log) throws IOException {
        this.file = file;
        this.record = new JsonRecord(field);
        this.log = log;
        this.input = new LineInput(file, position, true, MAX_LINE_BYTES, log);
        if (position.part() > 0) {
            readLine();
            part = position.part();
        }
    }

    @Override
    public Optional<Part> next() throws IOException {
        while (part >= parts.size()) {
            if (!readLine()) {
                return Optional.empty();
            }
        }
        String text = parts.get(part++);
        return Optional.of(new Part(text, line.line(), part - 1, part == parts.size(), textHash));
    }

    @Override
    public FilePosition position() {
        return part < parts.size()
                ? new FilePosition(line.offset(), line.line(), part, line.line(), true, textHash)
                : new FilePosition(input.offset(), input.line(), 0, input.line(), true, 0);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }

    /** Reads one line into {@link #parts}, none if it has no text; false at the end of the file. */
    private boolean readLine() throws IOException {
        parts = List.of();
        part = 0;
        line = input.next();
        if (line == null) {
            return false;
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
            String text = text(line.text());
            parts = text.isBlank() ? List.of() : split(text);
            textHash = parts.isEmpty() ? 0 : DocumentParser.hash(parts.get(0));
        }
        return true;
    }

    /** The text of a record; blank where it has none (reported). */
    private String text(String json) {
        try {
            return record.text(json);
        } catch (JsonRecord.Fault fault) {
            log.bad(file.path(), line.line(), fault.kind(), fault.reason());
            return "";
        }
    }

    /** Parts of at most MAX_CHARS characters, cut before white space where there is any. */
    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int from = 0;
        while (text.length() - from > MAX_CHARS) {
            int to = from + MAX_CHARS;
            int cut = to;
            while (cut > from + MAX_CHARS / 2 && !Character.isWhitespace(text.charAt(cut))) {
                cut--;
            }
            if (!Character.isWhitespace(text.charAt(cut))) {
                cut = Character.isLowSurrogate(text.charAt(to)) ? to - 1 : to;
            }
            parts.add(text.substring(from, cut));
            from = cut;
        }
        parts.add(text.substring(from));
        return parts;
    }
}
