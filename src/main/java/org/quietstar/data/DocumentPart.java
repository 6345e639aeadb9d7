package org.quietstar.data;

/**
 * A document, or a part of one that is too long for memory. The parts of a document, end to end, are its text.
 *
 * @param text never empty
 * @param line first line of the document, from 1
 * @param part 0 for the first part
 * @param last whether the document ends here
 */
record DocumentPart(String text, long line, int part, boolean last) {
    /** Characters in a part at most; long enough that few documents are cut, short enough that memory stays flat. */
    static final int MAX_CHARS = 1 << 20;
}
