package org.quietstar.eval;

import java.util.Formatter;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.config.EvaluationConfig.Difficulty;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.PerplexityReport.Bin;

/** A {@link PerplexityReport} as text for people. */
final class ReportText {
    /** Documents below which an interval says little. */
    private static final int FEW = 10;

    private static final String NO_INTERVAL = "(one document only)";

    private ReportText() {}

    static String of(PerplexityReport report) {
        StringBuilder text = new StringBuilder();
        try (Formatter out = new Formatter(text, Locale.ROOT)) {
            writeTotals(out, report);
            boolean entropy = report.difficulty() == Difficulty.ENTROPY;
            out.format(
                    "%nGain by difficulty%s: tokens grouped by %s, easy to hard; all in nats per token%n",
                    report.content() == ThoughtContent.OWN
                            ? ""
                            : " (thoughts: " + report.content().word() + ")",
                    entropy ? "the base's entropy" : "base NLL");
            out.format(
                    "%5s   %-19s %9s %9s %9s %9s %9s   %s%n",
                    "group",
                    (entropy ? "entropy" : "base NLL") + " from … to",
                    "tokens",
                    "base",
                    "mixed",
                    "gain",
                    "control",
                    "95 % interval of gain");
            int number = 1;
            for (Bin bin : report.bins()) {
                out.format(
                        "%5d   %8.4f … %8.4f %,9d %9.4f %9.4f %+9.4f %+9.4f   %s%n",
                        number++,
                        bin.lowest(),
                        bin.highest(),
                        bin.tokens(),
                        bin.baseNll(),
                        bin.mixedNll(),
                        bin.gain(),
                        bin.controlGain(),
                        interval(bin.gainInterval(), report.documents()));
            }
            out.format(
                    "%nGain is base minus mixed: above zero where thinking helps. Control: what the base gains by one"
                            + " temperature for all tokens (here %.2f and %.2f), fitted on the other half of the documents.%n"
                            + "Intervals: %,d bootstrap resamples of whole documents, seed %d; other draws of thoughts and"
                            + " other seeds of training are not in them.%n",
                    report.control().temperatures().get(0),
                    report.control().temperatures().get(1),
                    report.bootstrapSamples(),
                    report.seed());
            if (!entropy) {
                out.format("Sorted by the loss on the token itself, equally good models seem to help each other on hard"
                        + " tokens: compare with the control, or set evaluation.difficulty: entropy.%n");
            }
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static void writeTotals(Formatter out, PerplexityReport report) {
        out.format(
                "Held-out text: %,d tokens in %,d documents, %,.0f bytes%n%n",
                report.tokens(), report.documents(), report.textBytes());
        out.format("%-20s %10s %10s %10s   %s%n", "", "base", "mixed", "gain", "95 % interval of gain");
        out.format(
                "%-20s %10.4f %10.4f %+10.4f   %s%n",
                "NLL (nats per token)",
                report.baseNll(),
                report.mixedNll(),
                report.gain(),
                interval(report.gainInterval(), report.documents()));
        if (report.draws().count() > 1) {
            out.format(
                    "%-20s mixed is the mean of %d draws, whose means have a standard deviation of %.4f; the mean of their"
                            + " probabilities gives %.4f%n",
                    "",
                    report.draws().count(),
                    report.draws().spread(),
                    report.draws().averagedNll());
        }
        out.format(
                "%-20s %10.3f %10.3f %+10.3f%n",
                "perplexity",
                report.basePerplexity(),
                report.mixedPerplexity(),
                report.basePerplexity() - report.mixedPerplexity());
        out.format(
                "%-20s %10.4f %10.4f %+10.4f%n",
                "bits per byte",
                report.baseBitsPerByte(),
                report.mixedBitsPerByte(),
                report.baseBitsPerByte() - report.mixedBitsPerByte());
    }

    /** An interval, marked where it is of few documents. */
    static String interval(Optional<Interval> interval, int documents) {
        String few = documents < FEW ? String.format(Locale.ROOT, " (of %d documents only)", documents) : "";
        return interval.map(i -> String.format(Locale.ROOT, "[%+.4f, %+.4f]%s", i.lower(), i.upper(), few))
                .orElse(NO_INTERVAL);
    }
}
