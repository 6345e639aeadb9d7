package org.quietstar.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.data.LineInput.Segment;

/** Documents of a JSON-lines file: one field of one object a line. Empty lines and empty texts are skipped. */
final class JsonLinesParser implements DocumentParser {
    /** Bytes in a line at most: a record has to be in memory as a whole. */
    static final int MAX_LINE_BYTES = 64 << 20;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_LINE_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final TextFile file;
    private final String field;
    private final ReadLog log;
    private final LineInput input;
    private Segment line;
    private List<String> parts = List.of();
    private int part;

    JsonLinesParser(TextFile file, String field, FilePosition position, ReadLog log) throws IOException {
        this.file = file;
        this.field = field;
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
        return Optional.of(new Part(text, line.line(), part - 1, part == parts.size()));
    }

    @Override
    public FilePosition position() {
        return part < parts.size()
                ? new FilePosition(line.offset(), line.line(), part, line.line(), true)
                : new FilePosition(input.offset(), input.line(), 0, input.line(), true);
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
            bad("is longer than " + (MAX_LINE_BYTES >> 20) + " MiB; split this record");
            for (Segment rest = line; rest != null && !rest.endsLine(); rest = input.next()) {
                // The rest of the line goes with it.
            }
        } else if (line.text() != null && !line.text().isBlank()) {
            String text = text(line.text());
            parts = text == null || text.isBlank() ? List.of() : split(text);
        }
        return true;
    }

    /** The text of a record, or null where it has none (reported). */
    private String text(String json) {
        JsonNode record;
        try {
            record = JSON.readTree(json);
        } catch (JsonProcessingException exception) {
            bad("is no valid JSON: " + exception.getOriginalMessage());
            return null;
        }
        if (!(record instanceof ObjectNode)) {
            bad("is a JSON " + typeOf(record) + ", must be an object");
            return null;
        }
        JsonNode value = record.get(field);
        if (value == null) {
            var names = new ArrayList<String>();
            record.fieldNames().forEachRemaining(names::add);
            bad("has no field \"" + field + "\"; its fields are " + names + "; data.textField chooses one");
        } else if (!value.isTextual()) {
            bad("field \"" + field + "\" is a JSON " + typeOf(value) + ", must be a string");
        } else if (hasLoneSurrogate(value.textValue())) {
            bad("field \"" + field + "\" holds half a surrogate pair, which is no character");
        } else {
            return value.textValue();
        }
        return null;
    }

    private void bad(String reason) {
        log.bad(file.path(), line.line(), reason);
    }

    private static String typeOf(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
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
