package org.quietstar.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.quietstar.QuietStarException;

/**
 * The scores of held-out tokens in the order in which they were scored: for each its base NLL, its mixed NLL (lookahead
 * k = 0), what the base's distribution was like, and the document that it belongs to. Grows as needed: 52 bytes a token.
 */
public final class TokenScores {
    private static final int FIRST_CAPACITY = 1024;

    private static final int TEMPERATURES = BaseDistribution.TEMPERATURES.length;

    private float[] base = new float[FIRST_CAPACITY];
    private float[] mixed = new float[FIRST_CAPACITY];
    private float[] averaged = new float[FIRST_CAPACITY];
    private float[] entropy = new float[FIRST_CAPACITY];
    private float[] tempered = new float[FIRST_CAPACITY * TEMPERATURES];
    private int[] document = new int[FIRST_CAPACITY];
    private double[] drawSums = new double[0];
    private int size;
    private double textBytes;

    /**
     * Adds one token of which no more is known than its two scores.
     *
     * @param baseNll −log p of the base model, in nats
     * @param mixedNll −log p after mixing in the thought, in nats
     * @param documentId which document the token stands in; tokens of one document depend on each other, so the bootstrap
     *     draws whole documents
     * @throws QuietStarException if a score is not finite
     */
    public void add(float baseNll, float mixedNll, int documentId) {
        double[] distribution = new double[1 + TEMPERATURES];
        Arrays.fill(distribution, baseNll);
        distribution[0] = 0;
        add(baseNll, new double[] {mixedNll}, documentId, distribution);
    }

    /**
     * Adds one token.
     *
     * @param baseNll −log p of the base model, in nats
     * @param mixedNll −log p after mixing in the thought, in nats, of each draw of thoughts
     * @param documentId as in {@link #add(float, float, int)}
     * @param distribution entropy of the base's distribution, and the base's NLL at each temperature of the control, in nats
     * @throws QuietStarException if a score is not finite
     */
    void add(float baseNll, double[] mixedNll, int documentId, double... distribution) {
        double sum = 0;
        double probability = 0;
        for (double nll : mixedNll) {
            sum += nll;
            probability += Math.exp(-nll);
        }
        if (!Float.isFinite(baseNll) || !Float.isFinite((float) sum)) {
            throw new QuietStarException(String.format(
                    Locale.ROOT,
                    "the model gives held-out token %d a base NLL of %s and a mixed NLL of %s; finite numbers are wanted."
                            + " Its weights have diverged: go back to an earlier checkpoint or lower the learning rate.",
                    size,
                    baseNll,
                    (float) (sum / mixedNll.length)));
        }
        if (size == base.length) {
            grow(Math.addExact(size, size));
        }
        if (drawSums.length == 0) {
            drawSums = new double[mixedNll.length];
        }
        for (int draw = 0; draw < drawSums.length; draw++) {
            drawSums[draw] += mixedNll[draw];
        }
        base[size] = baseNll;
        mixed[size] = (float) (sum / mixedNll.length);
        averaged[size] = mixedNll.length == 1 ? mixed[size] : (float) -Math.log(probability / mixedNll.length);
        document[size] = documentId;
        entropy[size] = (float) distribution[0];
        for (int t = 0; t < TEMPERATURES; t++) {
            tempered[size * TEMPERATURES + t] = (float) distribution[1 + t];
        }
        size++;
    }

    private void grow(int capacity) {
        base = Arrays.copyOf(base, capacity);
        mixed = Arrays.copyOf(mixed, capacity);
        averaged = Arrays.copyOf(averaged, capacity);
        entropy = Arrays.copyOf(entropy, capacity);
        tempered = Arrays.copyOf(tempered, Math.multiplyExact(capacity, TEMPERATURES));
        document = Arrays.copyOf(document, capacity);
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

    /** NLL of token {@code i} under the mean of the probabilities of all draws, in nats. */
    float averaged(int i) {
        return averaged[Objects.checkIndex(i, size)];
    }

    /** Entropy of the base's distribution of token {@code i}, in nats: how hard the token was expected to be. */
    public float entropy(int i) {
        return entropy[Objects.checkIndex(i, size)];
    }

    /** Base NLL of token {@code i} at a temperature of {@link BaseDistribution#TEMPERATURES}, in nats. */
    float tempered(int i, int temperature) {
        return tempered[Objects.checkIndex(i, size) * TEMPERATURES + temperature];
    }

    /** Document, or block of a long one, of token {@code i}. */
    public int document(int i) {
        return document[Objects.checkIndex(i, size)];
    }

    /** Mean mixed NLL of each draw of thoughts, in nats per token. */
    double[] drawMeans() {
        return Arrays.stream(drawSums).map(sum -> sum / size).toArray();
    }

    /** Document ids renumbered 0, 1, … in the order of their first token [n]. */
    int[] denseDocuments() {
        Map<Integer, Integer> numbers = new HashMap<>();
        int[] dense = new int[size];
        for (int i = 0; i < dense.length; i++) {
            int next = numbers.size();
            Integer known = numbers.putIfAbsent(document[i], next);
            dense[i] = known == null ? next : known;
        }
        return dense;
    }
}
