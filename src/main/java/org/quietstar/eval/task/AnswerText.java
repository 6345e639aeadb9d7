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
            out.format("Right answers: %s%n%n", heading(report));
            out.format("%-10s %7s", report.task().groupName(), "items");
            columns(report).forEach(column -> out.format("   %-22s", column));
            out.format("%n");
            report.groups().forEach(group -> row(out, group, report));
            if (report.groups().size() > 1) {
                row(out, report.all(), report);
            }
            out.format("%n%s%n", notes(report));
        }
        return text.toString().replaceAll(" +\n", "\n").replace(System.lineSeparator(), "\n");
    }

    /** What was answered. */
    static String heading(AnswerReport report) {
        return String.format(
                Locale.ROOT,
                "%,d items of %s, %s",
                report.all().items(),
                report.task().items().getFileName(),
                kind(report.task()));
    }

    /** What the table says beside its numbers: intervals, how thoughts were sampled, tests, probabilities. */
    static String notes(AnswerReport report) {
        var notes = new StringBuilder("Shares with 95 % Wilson intervals over items.");
        if (report.all().with().isPresent()) {
            notes.append(" Thoughts are ")
                    .append(
                            report.thoughtTemperature() == 0
                                    ? "greedy"
                                    : "sampled at temperature " + report.thoughtTemperature())
                    .append(". Another's thought: a control, the thought that the model had at another item.\n")
                    .append(test("without", report.againstWithout()));
            report.againstPlain().ifPresent(test -> notes.append('\n').append(test("plain", test)));
        }
        return notes.append("\nMean probability of the right answer among what can be one: ")
                .append(probabilities(report))
                .append('.')
                .toString();
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

    /** Names of the ways to answer that were scored. */
    static List<String> columns(AnswerReport report) {
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

    /** Numbers of a task that a model cannot do have probabilities of a millionth. */
    private static String shown(AnswerReport.Mean mean) {
        return String.format(
                Locale.ROOT,
                mean.value() < LEAST_SHOWN * 10 ? "%.1e [%.1e, %.1e]" : "%.4f [%.4f, %.4f]",
                mean.value(),
                mean.interval().lower(),
                mean.interval().upper());
    }

    private static void row(Formatter out, AnswerReport.Group group, AnswerReport report) {
        out.format("%-10s %,7d", group.name(), group.items());
        shares(group, report)
                .forEach(share ->
                        out.format("   %-22s", share.map(AnswerText::shown).orElse("-")));
        out.format("%n");
    }

    /** Shares of a group, one for each of the {@link #columns}. */
    static List<Optional<Share>> shares(AnswerReport.Group group, AnswerReport report) {
        List<Optional<Share>> shares = new ArrayList<>();
        if (report.all().plain().isPresent()) {
            shares.add(group.plain());
        }
        shares.add(Optional.of(group.without()));
        if (report.all().with().isPresent()) {
            shares.add(group.with());
        }
        if (report.all().shuffled().isPresent()) {
            shares.add(group.shuffled());
        }
        return shares;
    }

    static String shown(Share share) {
        Interval interval = share.interval();
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", share.share(), interval.lower(), interval.upper());
    }

    private static String test(String other, PairedTest test) {
        String p = test.p() < LEAST_SHOWN ? "below 0.0001" : String.format(Locale.ROOT, "%.4f", test.p());
        return String.format(
                Locale.ROOT,
                "With a thought against %s: only the first right %,d times, only the second %,d times; p %s (exact McNemar"
                        + " test).",
                other,
                test.onlyFirst(),
                test.onlySecond(),
                p);
    }

    /** An item with its thought, in words. */
    record Example(String kind, String prompt, String thought, String answer) {}

    /**
     * So many items of each kind: right with the thought and without, made right by it, wrong with it; none for a model that
     * does not think.
     */
    static List<Example> examples(AnswerReport report, int ofEach) {
        List<Example> examples = new ArrayList<>();
        add(examples, report, ofEach, "right", score -> score.rightWith() && score.rightWithout());
        add(examples, report, ofEach, "made right", score -> score.rightWith() && !score.rightWithout());
        add(examples, report, ofEach, "wrong", score -> !score.rightWith());
        return examples;
    }

    private static void add(
            List<Example> examples, AnswerReport report, int most, String kind, Predicate<AnswerScore> wanted) {
        report.scores().stream()
                .filter(score -> score.thinking().isPresent())
                .filter(wanted)
                .limit(most)
                .forEach(score -> examples.add(example(kind, score)));
    }

    private static Example example(String kind, AnswerScore score) {
        AnswerScore.Thinking thinking = score.thinking().orElseThrow();
        return new Example(
                kind,
                end(score.item().prompt()),
                thinking.words(),
                String.format(
                        Locale.ROOT,
                        "%s   (without a thought: %s%s)",
                        answer(score.item(), thinking.with()),
                        answer(score.item(), score.without()),
                        score.rightWith() ? "" : "; right: " + score.item().right()));
    }

    static String examples(AnswerReport report) {
        List<Example> examples = examples(report, 1);
        if (examples.isEmpty()) {
            return "";
        }
        var text = new StringBuilder("\nprompt | thought | answer\n");
        examples.forEach(each -> text.append(String.format(
                Locale.ROOT, "%-10s  %s | %s | %s\n", each.kind, each.prompt, each.thought, each.answer)));
        return text.toString();
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
