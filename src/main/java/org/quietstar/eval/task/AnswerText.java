package org.quietstar.eval.task;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.quietstar.eval.Interval;
import org.quietstar.eval.task.AnswerReport.Way;

/** An {@link AnswerReport} as text for people. */
final class AnswerText {
    private static final int LONGEST_PROMPT = 60;
    /** Below this a probability is written as a bound. */
    private static final double LEAST_SHOWN = 1e-4;

    private AnswerText() {}

    static String table(AnswerReport report) {
        var text = new StringBuilder();
        try (var out = new Formatter(text, Locale.ROOT)) {
            out.format(
                    "Right answers: %,d items of %s, %s%n%n",
                    report.all().items(), report.task().items().getFileName(), kind(report.task()));
            List<String> columns = columns(report);
            out.format("%-10s %7s", report.task().groupName(), "items");
            columns.forEach(column -> out.format("   %-22s", column));
            out.format("%n");
            report.groups().forEach(group -> row(out, group, report));
            if (report.groups().size() > 1) {
                row(out, report.all(), report);
            }
            out.format("%nShares with 95 %% Wilson intervals over items.");
            if (report.all().with().isPresent()) {
                out.format(
                        " Thoughts are %s.",
                        report.thoughtTemperature() == 0
                                ? "greedy"
                                : String.format(Locale.ROOT, "sampled at temperature %s", report.thoughtTemperature()));
                out.format(" Another's thought: a control, the thought that the model had at another item.");
                test(out, "without", report.againstWithout());
                report.againstPlain().ifPresent(test -> test(out, "plain", test));
            }
            out.format("%nMean probability of the right answer among what can be one: %s.%n", probabilities(report));
        }
        return text.toString().replaceAll(" +\n", "\n").replace(System.lineSeparator(), "\n");
    }

    private static String kind(AnswerTask task) {
        if (task.answers() == AnswerTask.Answers.DIGITS) {
            return "a number each, right where each of its tokens is the likeliest";
        }
        int[] sizes = task.questions().stream()
                .mapToInt(item -> item.choices().size())
                .distinct()
                .sorted()
                .toArray();
        String choices = sizes.length == 1 ? Integer.toString(sizes[0]) : sizes[0] + " to " + sizes[sizes.length - 1];
        return String.format(Locale.ROOT, "%s choices, chance %.3f", choices, task.chance());
    }

    private static List<String> columns(AnswerReport report) {
        var columns = new ArrayList<String>();
        report.all().plain().ifPresent(share -> columns.add("plain training"));
        columns.add("without a thought");
        report.all().with().ifPresent(share -> columns.add("with a thought"));
        report.all().shuffled().ifPresent(share -> columns.add("another's thought"));
        return columns;
    }

    private static String probabilities(AnswerReport report) {
        var words = new ArrayList<String>();
        report.probability(Way.PLAIN).ifPresent(p -> words.add("plain training " + shown(p)));
        report.probability(Way.WITHOUT).ifPresent(p -> words.add("without a thought " + shown(p)));
        report.probability(Way.WITH).ifPresent(p -> words.add("with a thought " + shown(p)));
        return String.join(", ", words);
    }

    private static String shown(AnswerReport.Mean mean) {
        return String.format(
                Locale.ROOT,
                "%.4f [%.4f, %.4f]",
                mean.value(),
                mean.interval().lower(),
                mean.interval().upper());
    }

    private static void row(Formatter out, AnswerReport.Group group, AnswerReport report) {
        out.format("%-10s %,7d", group.name(), group.items());
        if (report.all().plain().isPresent()) {
            cell(out, group.plain());
        }
        cell(out, Optional.of(group.without()));
        if (report.all().with().isPresent()) {
            cell(out, group.with());
        }
        if (report.all().shuffled().isPresent()) {
            cell(out, group.shuffled());
        }
        out.format("%n");
    }

    private static void cell(Formatter out, Optional<Share> share) {
        out.format("   %-22s", share.map(AnswerText::shown).orElse("-"));
    }

    private static String shown(Share share) {
        Interval interval = share.interval();
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", share.share(), interval.lower(), interval.upper());
    }

    private static void test(Formatter out, String other, PairedTest test) {
        String p = test.p() < LEAST_SHOWN ? "below 0.0001" : String.format(Locale.ROOT, "%.4f", test.p());
        out.format(
                "%nWith a thought against %s: only the first right %,d times, only the second %,d times;"
                        + " p %s (exact McNemar test).",
                other, test.onlyFirst(), test.onlySecond(), p);
    }

    static String examples(AnswerReport report) {
        var text = new StringBuilder();
        example(text, report, "right", score -> score.rightWith() && score.rightWithout());
        example(text, report, "made right", score -> score.rightWith() && !score.rightWithout());
        example(text, report, "wrong", score -> !score.rightWith());
        return text.isEmpty() ? "" : "\nprompt | thought | answer\n" + text;
    }

    private static void example(StringBuilder text, AnswerReport report, String kind, Predicate<AnswerScore> wanted) {
        report.scores().stream()
                .filter(score -> score.thinking().isPresent())
                .filter(wanted)
                .findFirst()
                .ifPresent(score -> text.append(line(kind, score)));
    }

    private static String line(String kind, AnswerScore score) {
        AnswerScore.Thinking thinking = score.thinking().orElseThrow();
        String with = answer(score.item(), thinking.with());
        String without = answer(score.item(), score.without());
        String right = score.item().right();
        return String.format(
                Locale.ROOT,
                "%-10s  %s | %s | %s   (without a thought: %s%s)\n",
                kind,
                end(score.item().prompt()),
                thinking.words(),
                with,
                without,
                score.rightWith() ? "" : "; right: " + right);
    }

    private static String answer(AnswerItem item, AnswerScore.Way way) {
        return item.choices().size() > 1
                ? item.choices().get(way.chosen())
                : way.right() ? item.right() : "another number";
    }

    /** The end of a prompt, on one line. */
    private static String end(String prompt) {
        String line = prompt.replaceAll("\\s+", " ").strip();
        return line.length() > LONGEST_PROMPT ? "…" + line.substring(line.length() - LONGEST_PROMPT) : line;
    }
}
