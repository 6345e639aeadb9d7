package org.quietstar.data;

import java.io.IOException;
import java.util.Optional;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.data.LineInput.Segment;

/** Documents of a plain text file, as {@link DocumentBoundary} says. Lines that are no UTF-8 are left out. */
final class PlainTextParser implements DocumentParser {
    /** What dumps of many documents in one text file have between them. */
    private static final String END_OF_TEXT = "<|endoftext|>";
    /** More empty lines than this in a row are no text. */
    private static final int MAX_BLANKS = 32;
    /** Room is left for the line breaks at the end of a part. */
    private static final int MAX_TEXT = MAX_CHARS - MAX_BLANKS - 1;

    private final DocumentBoundary ends;
    private final LineInput input;
    private Segment ahead;
    private int part;
    private long documentLine;
    private long textHash;

    PlainTextParser(TextFile file, DocumentBoundary ends, FilePosition position, ReadLog log) throws IOException {
        this.ends = ends;
        this.part = position.part();
        this.documentLine = position.documentLine();
        this.textHash = position.textHash();
        this.input = new LineInput(file, position, position.startsLine(), MAX_CHARS / 2, log);
    }

    @Override
    public Optional<Part> next() throws IOException {
        var text = new StringBuilder();
        int blanks = 0;
        for (Segment segment = peek(); segment != null; segment = peek()) {
            if (segment.isBlankLine()) {
                blanks = Math.min(blanks + 1, MAX_BLANKS);
                ahead = null;
                if (ends == DocumentBoundary.BLANK_LINES && blanks >= 2 && text.length() > 0) {
                    return end(text);
                }
                continue;
            }
            if (endsDocument(segment, text.length() > 0, blanks)) {
                if (isSeparator(segment)) {
                    ahead = null;
                }
                return end(text);
            }
            if (isSeparator(segment)) {
                ahead = null;
                continue;
            }
            if (text.length() > 0 && segment.startsLine()) {
                text.append("\n".repeat(1 + blanks));
            } else if (text.length() == 0 && part == 0) {
                documentLine = segment.line();
            }
            if (text.length() > 0 && text.length() + segment.text().length() > MAX_TEXT) {
                return Optional.of(part(text, false));
            }
            text.append(segment.text());
            blanks = 0;
            ahead = null;
        }
        return text.length() == 0 ? Optional.empty() : end(text);
    }

    @Override
    public FilePosition position() {
        return ahead == null
                ? new FilePosition(input.offset(), input.line(), part, documentLine, true, textHash)
                : new FilePosition(ahead.offset(), ahead.line(), part, documentLine, ahead.startsLine(), textHash);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }

    private boolean endsDocument(Segment segment, boolean hasText, int blanks) {
        boolean newLine = hasText && segment.startsLine();
        return switch (ends) {
            case BLANK_LINES -> hasText && isSeparator(segment);
            case SINGLE_LINE_BREAK -> newLine && (blanks == 0 || isSeparator(segment));
            case LINE -> newLine;
            case FILE -> false;
        };
    }

    private boolean isSeparator(Segment segment) {
        return ends != DocumentBoundary.FILE
                && segment.startsLine()
                && segment.endsLine()
                && segment.text().startsWith("<")
                && segment.text().strip().equals(END_OF_TEXT);
    }

    private Optional<Part> end(StringBuilder text) {
        Part document = part(text, true);
        part = 0;
        return Optional.of(document);
    }

    private Part part(StringBuilder text, boolean last) {
        if (part == 0) {
            textHash = DocumentParser.hash(text.toString());
        }
        return new Part(text.toString(), documentLine, part++, last, textHash, false);
    }

    /** The next segment that is UTF-8, without taking it. */
    private Segment peek() throws IOException {
        while (ahead == null) {
            ahead = input.next();
            if (ahead == null) {
                return null;
            }
            if (ahead.text() == null) {
                ahead = null;
            }
        }
        return ahead;
    }
}
