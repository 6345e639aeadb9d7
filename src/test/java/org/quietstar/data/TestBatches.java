package org.quietstar.data;

import java.util.Arrays;

/** Batches made by hand, for tests of what takes them. */
public final class TestBatches {
    private TestBatches() {}

    /** The sequences, of different lengths, filled up with {@code padId} to {@code length} tokens; an empty one is allowed. */
    public static TokenBatch of(int length, int padId, int[]... sequences) {
        int[] ids = new int[sequences.length * length];
        Arrays.fill(ids, padId);
        int[] lengths = new int[sequences.length];
        for (int s = 0; s < sequences.length; s++) {
            System.arraycopy(sequences[s], 0, ids, s * length, sequences[s].length);
            lengths[s] = sequences[s].length;
        }
        return new TokenBatch(ids, lengths, Arrays.stream(lengths).sum(), null);
    }

    /** The ids of a sequence, without padding. */
    public static int[] row(TokenBatch batch, int row) {
        int first = row * batch.sequenceLength();
        return Arrays.copyOfRange(batch.ids(), first, first + batch.lengths()[row]);
    }
}
