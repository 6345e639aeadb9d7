package org.quietstar.eval;

import java.util.Formatter;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.eval.PerplexityReport.Bin;

/** A {@link PerplexityReport} as text for people. */
final class ReportText {
    private static final String NO_INTERVAL = "(one sequence only)";

    private ReportText() {}

    static String of(PerplexityReport report) {
        StringBuilder text = new StringBuilder();
        try (Formatter out = new Formatter(text, Locale.ROOT)) {
            writeTotals(out, report);
            out.format("%nGain by difficulty: tokens grouped by base NLL, easy to hard; all in nats per token%n");
            out.format(
                    "%5s   %-19s %9s %9s %9s %9s   %s%n",
                    "group", "base NLL from … to", "tokens", "base", "mixed", "gain", "95 % interval of gain");
            int number = 1;
            for (Bin bin : report.bins()) {
                out.format(
                        "%5d   %8.4f … %8.4f %,9d %9.4f %9.4f %+9.4f   %s%n",
                        number++,
                        bin.lowest(),
                        bin.highest(),
                        bin.tokens(),
                        bin.baseNll(),
                        bin.mixedNll(),
                        bin.gain(),
                        interval(bin.gainInterval()));
            }
            out.format(
                    "%nGain is base minus mixed: above zero where thinking helps. Intervals: %,d bootstrap resamples of"
                            + " whole sequences, seed %d.%n",
                    report.bootstrapSamples(), report.seed());
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static void writeTotals(Formatter out, PerplexityReport report) {
        out.format(
                "Held-out text: %,d tokens in %,d sequences, %,.0f bytes%n%n",
                report.tokens(), report.sequences(), report.textBytes());
        out.format("%-20s %10s %10s %10s   %s%n", "", "base", "mixed", "gain", "95 % interval of gain");
        out.format(
                "%-20s %10.4f %10.4f %+10.4f   %s%n",
                "NLL (nats per token)",
                report.baseNll(),
                report.mixedNll(),
                report.gain(),
                interval(report.gainInterval()));
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

    static String interval(Optional<Interval> interval) {
        return interval.map(i -> String.format(Locale.ROOT, "[%+.4f, %+.4f]", i.lower(), i.upper()))
                .orElse(NO_INTERVAL);
    }
}
