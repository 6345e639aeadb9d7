package org.quietstar.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.quietstar.hash.Sha256;

/** Reads the documents of one file, part by part. Bad records go to the {@link ReadLog} and are skipped. */
sealed interface DocumentParser extends Closeable permits PlainTextParser, RecordParser {
    /** Characters in a part at most; long enough that few documents are cut, short enough that memory stays flat. */
    int MAX_CHARS = 1 << 20;

    /**
     * A document, or a part of one that is too long for memory. The parts of a document, end to end, are its text.
     *
     * @param text never empty
     * @param line first line of the document, from 1
     * @param part 0 for the first part
     * @param last whether the document ends here
     * @param textHash that of the document, which follows from its first part
     * @param conversation whether a chat template has written it
     */
    record Part(String text, long line, int part, boolean last, long textHash, boolean conversation) {}

    /** 64 bits that follow from a text alone; blanks at its ends do not count. */
    static long hash(String text) {
        String sum = Sha256.of(text.strip().getBytes(StandardCharsets.UTF_8));
        return Long.parseUnsignedLong(sum.substring(0, Long.BYTES * 2), 16);
    }

    /** The next part; empty at the end of the file. Throws IOException where the disk fails. */
    Optional<Part> next() throws IOException;

    /** Where a new parser would have to begin to give what {@link #next()} gives next. */
    FilePosition position();
}
