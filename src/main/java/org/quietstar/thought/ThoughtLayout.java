package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;

/**
 * Sizes of a batch with thoughts, and where everything stands: slots in a block, rows in a graph, token ids among a
 * graph's inputs. All arithmetic with slots is here (docs/algorithm.md, section 2).
 *
 * <p>The block of position p has the slots 1 … S: {@link #startSlot START}, the sampled tokens t1 … tT,
 * {@link #endSlot END}, and the true tokens x[p+1] … x[p+M−1]. The rows of a graph are the text's, [B, L], then those of
 * one slot after the other, [B, P, L] each. A <i>block</i> is numbered by its row within a slot, 0 … B·P·L − 1.
 *
 * @param batch B
 * @param length L
 * @param thoughts P
 * @param thoughtTokens T
 * @param lookahead M
 */
public record ThoughtLayout(int batch, int length, int thoughts, int thoughtTokens, int lookahead) {

    /** Throws IllegalArgumentException if a size is below 1, L below 2, or M not below L. */
    public ThoughtLayout {
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

    /** The layout of B sequences of L tokens with the thoughts that the settings ask for. */
    public static ThoughtLayout of(ThoughtConfig config, int batch, int length) {
        return new ThoughtLayout(
                batch, length, config.thoughtsPerPosition(), config.thoughtTokens(), config.lookahead());
    }

    /** The layout of a stage's micro-batch; pauses are all the same, so that there is one row of them for each position. */
    public static ThoughtLayout of(StageConfig stage) {
        ThoughtConfig thought = stage.pauses() ? stage.thought().withThoughtsPerPosition(1) : stage.thought();
        return of(thought, stage.data().batchSize(), stage.data().sequenceLength());
    }

    /** The layout in which text is scored: one thought for each position, and the next token alone. */
    public static ThoughtLayout forScoring(int batch, int length, int thoughtTokens) {
        return new ThoughtLayout(batch, length, 1, thoughtTokens, 1);
    }

    // Slots of a block

    /** Slot of START, 1. Slot 0 is the text itself. */
    public int startSlot() {
        return 1;
    }

    /** Slot of the last sampled token tT. The output of each slot before it is the distribution of a sampled token. */
    public int lastTokenSlot() {
        return startSlot() + thoughtTokens;
    }

    /** Slot of END. */
    public int endSlot() {
        return endSlot(thoughtTokens);
    }

    /**
     * Slot of END in a block of T sampled tokens; so many slots a thought takes, START and END included.
     *
     * @param thoughtTokens T
     */
    public static int endSlot(int thoughtTokens) {
        return thoughtTokens + 2;
    }

    /**
     * Slot whose output predicts x[p+1+k] after the thought: END for k = 0, the true token x[p+k] for others.
     *
     * @param k 0 … M − 1
     */
    public int lookaheadSlot(int k) {
        return endSlot() + k;
    }

    /** S = 1 + T + 1 + (M − 1), slots of a block. */
    public int slots() {
        return lookaheadSlot(lookahead - 1);
    }

    /** Whether a slot is START or END, which are no tokens of the vocabulary. */
    public boolean isMarker(int slot) {
        return slot == startSlot() || slot == endSlot();
    }

    /** L − 1 + S, the last block token's position. */
    public int maxPosition() {
        return length - 1 + slots();
    }

    // Rows of a graph

    /** B·L, rows of the text. */
    public int textRows() {
        return batch * length;
    }

    /** B·P·L, rows of one slot of all blocks. */
    public int slotRows() {
        return batch * thoughts * length;
    }

    /** T·B·P·L, the sampled tokens of all blocks. */
    public int sampledTokens() {
        return thoughtTokens * slotRows();
    }

    /** M·B·P·L, the predictions after thoughts. */
    public int predictions() {
        return lookahead * slotRows();
    }

    /** R = B·L + S·B·P·L */
    public int rows() {
        return firstRowOfSlot(slots() + 1);
    }

    /** First row of slot {@code a}, 1 … S (S + 1 gives the end). */
    public int firstRowOfSlot(int a) {
        return textRows() + (a - 1) * slotRows();
    }

    /** Position p + a of every row of the text and of the slots 1 … {@code slots}. */
    public int[] positions(int slots) {
        int[] positions = new int[firstRowOfSlot(slots + 1)];
        for (int r = 0; r < positions.length; r++) {
            int slot = r < textRows() ? 0 : 1 + (r - textRows()) / slotRows();
            positions[r] = positionOf(r) + slot;
        }
        return positions;
    }

    /** Sequence b of a block. */
    public int sequenceOf(int block) {
        return block / (length * thoughts);
    }

    /** Text position p of a block, or of a row of the text. */
    public int positionOf(int row) {
        return row % length;
    }

    /** Row of the text token that a block comes after. */
    public int textRowOf(int block) {
        return sequenceOf(block) * length + positionOf(block);
    }

    /**
     * Positions 0 … n − 1 of a sequence whose thoughts have all M targets, and so a reward.
     *
     * @param tokens real tokens of the sequence
     * @param rewardTrim positions dropped from the end beyond the necessary ones
     * @return n, 0 or more
     */
    public int rewardedPositions(int tokens, int rewardTrim) {
        return Math.max(0, tokens - lookahead - rewardTrim);
    }

    // Token ids: the text's, then those of one slot after the other; markers have none

    /** Ids of the slots {@code first} … {@code last}, B·P·L for each that is no marker. */
    public int idsOfSlots(int first, int last) {
        int ids = 0;
        for (int a = first; a <= last; a++) {
            ids += isMarker(a) ? 0 : slotRows();
        }
        return ids;
    }

    /** Place of slot {@code a}'s first id among those of text and blocks; for S + 1 how many ids there are. */
    public int firstIdOfSlot(int a) {
        return textRows() + idsOfSlots(startSlot(), a - 1);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of [n, width]; a graph does not know its shapes yet. */
    static SDVariable rows(SameDiff sd, SDVariable x, int from, int to, int width) {
        return sd.slice(x, new int[] {from, 0}, to - from, width);
    }
}
