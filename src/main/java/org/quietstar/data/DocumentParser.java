package org.quietstar.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the documents of one file, part by part. Bad records go to the {@link ReadLog} and are skipped. */
sealed interface DocumentParser extends Closeable permits PlainTextParser, JsonLinesParser {
    /** Characters in a part at most; long enough that few documents are cut, short enough that memory stays flat. */
    int MAX_CHARS = 1 << 20;

    /**
     * A document, or a part of one that is too long for memory. The parts of a document, end to end, are its text.
     *
     * @param text never empty
     * @param line first line of the document, from 1
     * @param part 0 for the first part
     * @param last whether the document ends here
     */
    record Part(String text, long line, int part, boolean last) {}

    /** The next part; empty at the end of the file. Throws IOException where the disk fails. */
    Optional<Part> next() throws IOException;

    /** Where a new parser would have to begin to give what {@link #next()} gives next. */
    FilePosition position();
}
