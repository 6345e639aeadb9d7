package org.quietstar.thought;

import org.quietstar.config.ThoughtConfig;

/**
 * Sizes of a batch with thoughts, and where each row of the learning graph stands (spec: "Thought blocks"). Step a of
 * position p's block: a = 1 is START, a = 2 … T+1 are the drawn tokens t1 … tT, a = T+2 is END, and a = T+2+k
 * (k = 1 … M−1) is the true token x[p+k].
 *
 * @param batch B
 * @param length L
 * @param thoughts P
 * @param thoughtTokens T
 * @param lookahead M
 */
public record ThoughtSizes(int batch, int length, int thoughts, int thoughtTokens, int lookahead) {

    public ThoughtSizes {
        ensure(batch >= 1, "batch", batch);
        ensure(length >= 2, "length", length);
        ensure(thoughts >= 1, "thoughts", thoughts);
        ensure(thoughtTokens >= 1, "thoughtTokens", thoughtTokens);
        ensure(lookahead >= 1 && lookahead < length, "lookahead", lookahead);
    }

    private static void ensure(boolean right, String name, int value) {
        if (!right) {
            throw new IllegalArgumentException(name + " may not be " + value);
        }
    }

    public static ThoughtSizes of(ThoughtConfig config, int batch, int length) {
        return new ThoughtSizes(
                batch, length, config.thoughtsPerPosition(), config.thoughtTokens(), config.lookahead());
    }

    /** S = 1 + T + 1 + (M − 1), tokens in a block. */
    public int steps() {
        return thoughtTokens + lookahead + 1;
    }

    /** B·L, rows of the text. */
    public int textRows() {
        return batch * length;
    }

    /** B·P·L, rows of one step of all blocks. */
    public int stepRows() {
        return batch * thoughts * length;
    }

    /** R = B·L + S·B·P·L */
    public int rows() {
        return textRows() + steps() * stepRows();
    }

    /** First row of step {@code a}, 1 … S (S + 1 gives the end). */
    public int firstRowOfStep(int a) {
        return textRows() + (a - 1) * stepRows();
    }

    /** L − 1 + S, the last block token's rotary position. */
    public int maxPosition() {
        return length - 1 + steps();
    }

    /** Rotary position p + a of every row. */
    public int[] positions() {
        int[] positions = new int[rows()];
        for (int r = 0; r < positions.length; r++) {
            int step = r < textRows() ? 0 : 1 + (r - textRows()) / stepRows();
            positions[r] = r % length + step;
        }
        return positions;
    }
}
