package org.quietstar.data;

import org.nd4j.linalg.factory.Nd4j;

/** Batches made by hand, for tests of what takes them. */
public final class TestBatches {
    private TestBatches() {}

    /** The sequences, of different lengths, filled up with {@code padId} to {@code length} tokens; an empty one is allowed. */
    public static Batch of(int length, int padId, int[]... sequences) {
        int[][] ids = new int[sequences.length][length];
        float[][] mask = new float[sequences.length][length];
        long tokens = 0;
        for (int s = 0; s < sequences.length; s++) {
            for (int p = 0; p < length; p++) {
                boolean real = p < sequences[s].length;
                ids[s][p] = real ? sequences[s][p] : padId;
                mask[s][p] = real ? 1 : 0;
            }
            tokens += sequences[s].length;
        }
        return new Batch(Nd4j.createFromArray(ids), Nd4j.createFromArray(mask), tokens, tokens, null);
    }
}
