package org.quietstar.data;

import java.io.Serializable;

/**
 * A place in a pass over several files.
 *
 * @param orderIndex how many files of the pass are finished
 * @param position place in the file that is being read
 */
record ReaderPosition(int orderIndex, FilePosition position) implements Serializable {}
