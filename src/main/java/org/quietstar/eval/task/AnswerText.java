package org.quietstar.eval.task;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
                "%,d items of %s, %s%s%s",
                report.all().items(),
                report.task().items().getFileName(),
                kind(report.task()),
                chainOfThought(report.task()),
                report.othersThoughts() ? "; thoughts: " + report.content().word() : "");
    }

    private static String chainOfThought(AnswerTask task) {
        return task.writing()
                .votes()
                .map(votes -> ", by chain of thought, "
                        + (votes.count() > 1 ? "the majority of " + votes.count() + " votes, " : "")
                        + (votes.temperature() == 0 ? "greedy" : "sampled at temperature " + votes.temperature()))
                .orElse("");
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
                    .append(
                            report.all().shuffled().isPresent()
                                    ? ". Another's thought: a control, the thought that the model had at another item.\n"
                                    : ".\n")
                    .append(test("without", report.againstWithout()));
            report.againstPlain().ifPresent(test -> notes.append('\n').append(test("plain", test)));
        }
        String probabilities =
                ofWays(way -> report.probability(way).map(AnswerText::shown).orElse(""));
        if (!probabilities.isEmpty()) {
            notes.append("\nMean probability of the right answer among what can be one: ")
                    .append(probabilities)
                    .append('.');
        }
        String unanswered = ofWays(way ->
                report.unanswered(way).stream().mapToObj(Integer::toString).collect(Collectors.joining()));
        if (!unanswered.isEmpty()) {
            notes.append("\nItems whose text holds no answer: ")
                    .append(unanswered)
                    .append('.');
        }
        return notes.toString();
    }

    private static String kind(AnswerTask task) {
        if (task.answers() == AnswerTask.Answers.DIGITS) {
            return task.isWritten()
                    ? "a number each"
                    : "a number each, right where each of its tokens is the likeliest";
        }
        if (task.answers() == AnswerTask.Answers.TEXT) {
            return "a written answer each";
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
        report.all().plain().ifPresent(share -> columns.add(Way.PLAIN.words()));
        columns.add(Way.WITHOUT.words());
        report.all().with().ifPresent(share -> columns.add(Way.WITH.words()));
        report.all().shuffled().ifPresent(share -> columns.add("another's thought"));
        return columns;
    }

    /** What there is of each way to answer, by its name. */
    private static String ofWays(Function<Way, String> value) {
        var words = new ArrayList<String>();
        for (Way way : Way.values()) {
            String of = value.apply(way);
            if (!of.isEmpty()) {
                words.add(way.words() + " " + of);
            }
        }
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

    /**
     * An item in words.
     *
     * @param way to the answer: the reasoning, or else the thought
     */
    record Example(String kind, String prompt, String way, String answer) {}

    /** What is shown between prompt and answer. */
    static String wayName(AnswerReport report) {
        return report.task().writing().votes().isPresent() ? "reasoning" : "thought";
    }

    /**
     * So many items of each kind: right with the thought and without, made right by it, wrong with it; of a model that does
     * not think, right and wrong by chain of thought, else none.
     */
    static List<Example> examples(AnswerReport report, int ofEach) {
        List<Example> examples = new ArrayList<>();
        if (report.all().with().isPresent()) {
            add(examples, report, ofEach, "right", score -> score.rightWith() && score.rightWithout());
            add(examples, report, ofEach, "made right", score -> score.rightWith() && !score.rightWithout());
            add(examples, report, ofEach, "wrong", score -> !score.rightWith());
        } else if (report.task().writing().votes().isPresent()) {
            add(examples, report, ofEach, "right", AnswerScore::rightWithout);
            add(examples, report, ofEach, "wrong", score -> !score.rightWithout());
        }
        return examples;
    }

    private static void add(
            List<Example> examples, AnswerReport report, int most, String kind, Predicate<AnswerScore> wanted) {
        report.scores().stream().filter(wanted).limit(most).forEach(score -> examples.add(example(kind, score)));
    }

    private static Example example(String kind, AnswerScore score) {
        AnswerScore.Way shown = score.way(true).orElse(score.without());
        Optional<String> reasoning = shown instanceof AnswerScore.Written written
                ? Optional.of(end(written.first().reasoning())).filter(text -> !text.isEmpty())
                : Optional.empty();
        List<String> beside = new ArrayList<>();
        score.thinking()
                .ifPresent(thinking -> beside.add("without a thought: " + answer(score.item(), score.without())));
        if (!shown.right()) {
            beside.add("right: " + score.item().right());
        }
        return new Example(
                kind,
                end(score.item().prompt()),
                reasoning
                        .or(() -> score.thinking().map(AnswerScore.Thinking::words))
                        .orElse(""),
                answer(score.item(), shown) + (beside.isEmpty() ? "" : "   (" + String.join("; ", beside) + ")"));
    }

    static String examples(AnswerReport report) {
        List<Example> examples = examples(report, 1);
        if (examples.isEmpty()) {
            return "";
        }
        var text = new StringBuilder("\nprompt | " + wayName(report) + " | answer\n");
        examples.forEach(each -> text.append(
                String.format(Locale.ROOT, "%-10s  %s | %s | %s\n", each.kind, each.prompt, each.way, each.answer)));
        return text.toString();
    }

    private static String answer(AnswerItem item, AnswerScore.Way way) {
        return way.answer(item)
                .map(ItemFields::shown)
                .orElse(way instanceof AnswerScore.Written ? "none" : "another number");
    }

    /** The end of a text, on one line. */
    private static String end(String prompt) {
        String line = prompt.replaceAll("\\s+", " ").strip();
        return line.length() > LONGEST_PROMPT ? "…" + line.substring(line.length() - LONGEST_PROMPT) : line;
    }
}
