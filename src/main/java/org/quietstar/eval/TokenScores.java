package org.quietstar.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.quietstar.QuietStarException;

/**
 * The scores of held-out tokens in the order in which they were scored: for each its base NLL, its mixed NLL (lookahead
 * k = 0) and the sequence that it belongs to. Grows as needed: 12 bytes a token.
 */
public final class TokenScores {
    private static final int FIRST_CAPACITY = 1024;

    private float[] base = new float[FIRST_CAPACITY];
    private float[] mixed = new float[FIRST_CAPACITY];
    private int[] sequence = new int[FIRST_CAPACITY];
    private int size;
    private double textBytes;

    /**
     * Adds one token.
     *
     * @param baseNll −log p of the base model, in nats
     * @param mixedNll −log p after mixing in the thought, in nats
     * @param sequenceId which sequence or document the token stands in; tokens of one sequence depend on each other, so
     *     the bootstrap draws whole sequences
     * @throws QuietStarException if a score is not finite
     */
    public void add(float baseNll, float mixedNll, int sequenceId) {
        if (!Float.isFinite(baseNll) || !Float.isFinite(mixedNll)) {
            throw new QuietStarException(String.format(
                    Locale.ROOT,
                    "the model gives held-out token %d a base NLL of %s and a mixed NLL of %s; finite numbers are wanted."
                            + " Its weights have diverged: go back to an earlier checkpoint or lower the learning rate.",
                    size,
                    baseNll,
                    mixedNll));
        }
        if (size == base.length) {
            int capacity = Math.addExact(size, size);
            base = Arrays.copyOf(base, capacity);
            mixed = Arrays.copyOf(mixed, capacity);
            sequence = Arrays.copyOf(sequence, capacity);
        }
        base[size] = baseNll;
        mixed[size] = mixedNll;
        sequence[size] = sequenceId;
        size++;
    }

    /** Adds to the UTF-8 bytes of the text that the scored tokens stand for; the unit of bits per byte. */
    public void addTextBytes(double bytes) {
        if (!(bytes >= 0) || Double.isInfinite(bytes)) {
            throw new IllegalArgumentException("text bytes must be a finite number from 0 on, not " + bytes);
        }
        textBytes += bytes;
    }

    /** Number of tokens. */
    public int size() {
        return size;
    }

    /** UTF-8 bytes of the scored text. */
    public double textBytes() {
        return textBytes;
    }

    /** Base NLL of token {@code i}, in nats. */
    public float base(int i) {
        return base[Objects.checkIndex(i, size)];
    }

    /** Mixed NLL of token {@code i}, in nats. */
    public float mixed(int i) {
        return mixed[Objects.checkIndex(i, size)];
    }

    /** Sequence of token {@code i}. */
    public int sequence(int i) {
        return sequence[Objects.checkIndex(i, size)];
    }

    /** Sequence ids renumbered 0, 1, … in the order of their first token [n]. */
    int[] denseSequences() {
        Map<Integer, Integer> numbers = new HashMap<>();
        int[] dense = new int[size];
        for (int i = 0; i < dense.length; i++) {
            int next = numbers.size();
            Integer known = numbers.putIfAbsent(sequence[i], next);
            dense[i] = known == null ? next : known;
        }
        return dense;
    }
}
