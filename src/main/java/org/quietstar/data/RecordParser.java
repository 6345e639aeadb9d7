package org.quietstar.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Documents of a file of records: what one field of each holds. Empty texts are skipped. */
final class RecordParser implements DocumentParser {
    private final RecordSource source;
    private FilePosition place;
    private List<String> parts = List.of();
    private int part;
    private long textHash;
    private boolean conversation;

    /** @param position where the source begins, and parts of the record there that were read already */
    RecordParser(RecordSource source, FilePosition position) throws IOException {
        this.source = source;
        this.place = position;
        if (position.part() > 0) {
            readRecord();
            part = position.part();
        }
    }

    @Override
    public Optional<Part> next() throws IOException {
        while (part >= parts.size()) {
            if (!readRecord()) {
                return Optional.empty();
            }
        }
        String text = parts.get(part++);
        return Optional.of(new Part(text, place.line(), part - 1, part == parts.size(), textHash, conversation));
    }

    @Override
    public FilePosition position() {
        return part < parts.size()
                ? new FilePosition(place.offset(), place.line(), part, place.line(), true, textHash)
                : source.position();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** Reads one record into {@link #parts}, none if it has no text; false at the end of the file. */
    private boolean readRecord() throws IOException {
        parts = List.of();
        part = 0;
        place = source.position();
        Optional<JsonRecord.Content> content = source.next();
        if (content.isEmpty()) {
            return false;
        }
        String text = content.get().text();
        parts = text.isBlank() ? List.of() : split(text);
        conversation = content.get().conversation();
        textHash = parts.isEmpty()
                ? 0
                : DocumentParser.hash(conversation ? content.get().identity() : parts.get(0));
        return true;
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
