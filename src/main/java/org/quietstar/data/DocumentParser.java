package org.quietstar.data;

import java.io.Closeable;
import java.io.IOException;

/** Reads the documents of one file, part by part. Bad records go to the {@link ReadLog} and are skipped. */
sealed interface DocumentParser extends Closeable permits PlainTextParser, JsonLinesParser {
    /** The next part, or null at the end of the file. Throws IOException where the disk fails. */
    DocumentPart next() throws IOException;

    /** Where a new parser would have to begin to give what {@link #next()} gives next. */
    FilePosition position();
}
