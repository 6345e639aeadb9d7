package org.quietstar.eval;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.QuietStarException;

/**
 * Two models on the same held-out tokens, each as it predicts them best: with its thoughts, where it has learned to think.
 * The difference is taken token by token, so what makes a text easy or hard for both drops out of its interval.
 *
 * @param tokens compared
 * @param documents that they are in
 * @param nll mixed NLL of the one model, nats per token
 * @param otherNll mixed NLL of the other
 * @param interval 95 % bootstrap interval of {@link #difference}; empty where there is one document only
 * @param bootstrapSamples resamples of whole documents
 * @param seed of the resamples
 */
public record ModelComparison(
        int tokens,
        int documents,
        double nll,
        double otherNll,
        Optional<Interval> interval,
        int bootstrapSamples,
        long seed) {

    /**
     * Compares scores of the same tokens in the same order.
     *
     * @throws QuietStarException where nothing was scored
     * @throws IllegalArgumentException where they are not of the same tokens
     */
    public static ModelComparison of(TokenScores scores, TokenScores other, int bootstrapSamples, long seed) {
        if (scores.size() == 0) {
            throw new QuietStarException("no held-out token was scored; give a longer text");
        }
        if (scores.size() != other.size()) {
            throw new IllegalArgumentException(
                    "One model was scored on " + scores.size() + " tokens, the other on " + other.size());
        }
        int[] document = scores.denseDocuments();
        int documents = 1 + Arrays.stream(document).max().orElseThrow();
        var totals = new GroupTotals(1, documents);
        for (int i = 0; i < document.length; i++) {
            if (scores.document(i) != other.document(i)) {
                throw new IllegalArgumentException("Token " + i + " stands in document " + scores.document(i)
                        + " for one model, in " + other.document(i) + " for the other");
            }
            totals.add(0, document[i], other.mixed(i), scores.mixed(i));
        }
        int n = scores.size();
        return new ModelComparison(
                n,
                documents,
                totals.mixed(0) / n,
                totals.base(0) / n,
                totals.bootstrap().intervals(bootstrapSamples, seed).get(0),
                bootstrapSamples,
                seed);
    }

    /** Other − this NLL, nats per token: above zero where the first model is the better one. */
    public double difference() {
        return otherNll - nll;
    }

    /** The comparison for people, lines ended by a line feed. */
    public String toText(String name, String otherName) {
        int width = Math.max(20, Math.max(name.length(), otherName.length()));
        String row = "%-" + width + "s %10.4f%n";
        String text = String.format(Locale.ROOT, "Held-out text: %,d tokens in %,d documents%n%n", tokens, documents)
                + String.format(Locale.ROOT, "%-" + width + "s %10s%n", "", "NLL (nats per token)")
                + String.format(Locale.ROOT, row, name, nll)
                + String.format(Locale.ROOT, row, otherName, otherNll)
                + String.format(
                        Locale.ROOT,
                        "%-" + width + "s %+10.4f   95 %% interval %s%n%n",
                        "second minus first",
                        difference(),
                        ReportText.interval(interval, documents))
                + String.format(
                        Locale.ROOT,
                        "Above zero where the first is better. Each with its thoughts, if it has any. Interval: %,d bootstrap"
                                + " resamples of whole documents, seed %d.%n",
                        bootstrapSamples,
                        seed);
        return text.replace(System.lineSeparator(), "\n");
    }
}
