package org.quietstar.data;

import java.io.Serializable;

/**
 * A place between two parts of documents in one file.
 *
 * @param offset byte, uncompressed, at which reading continues
 * @param line number of the line there, from 1
 * @param part parts of the document there that were read already; 0 between documents
 * @param documentLine first line of that document; meaningless between documents
 * @param startsLine whether a line begins there; false within a very long line
 * @param textHash that of the document there; meaningless between documents
 */
record FilePosition(long offset, long line, int part, long documentLine, boolean startsLine, long textHash)
        implements Serializable {
    static final FilePosition START = new FilePosition(0, 1, 0, 1, true, 0);
}
