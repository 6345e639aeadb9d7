package org.quietstar.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Records of a file, one after the other. */
interface RecordSource extends Closeable {
    /**
     * What the next record holds; nothing where it has no text, which is reported then. Empty at the end of the file.
     *
     * @throws IOException where the disk fails
     */
    Optional<JsonRecord.Content> next() throws IOException;

    /** Where the next record begins: what a new source would have to begin at to give it. */
    FilePosition position();
}
