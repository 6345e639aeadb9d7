package org.quietstar.data;

import java.io.Serializable;

/**
 * A place between two windows: reading starts at {@code reader} with the ids {@code carried} from before, and the first
 * {@code taken} windows that come are known already.
 */
@SuppressWarnings("ArrayRecordComponent") // never changed after it was made
record WindowPosition(ReaderPosition reader, int[] carried, int taken) implements Serializable {}
