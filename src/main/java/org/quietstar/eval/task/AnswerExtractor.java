package org.quietstar.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.fraction.BigFraction;
import org.quietstar.eval.task.AnswerScore.Vote;
import org.quietstar.eval.task.AnswerScore.Written;

/**
 * Takes answers from written texts, and compares them by exact match after normalising. Where the task gives a pattern, its
 * first group is looked at alone. Then an answer is
 *
 * <ul>
 *   <li>a number, where the right one is: the first in the text that follows a chain of thought (Kojima et al. 2022), and
 *       the last in a text that is written at once; thousands, units and decimals may be written in any way;
 *   <li>a letter: the first one in brackets, or else the first that is a word of its own, in its own case;
 *   <li>a choice: the one that comes first, as whole words, of several at one place the longest;
 *   <li>else the whole text, but for case, blanks, quotation marks and the signs that end a sentence.
 * </ul>
 */
final class AnswerExtractor {
    private static final String ALONE = "(?<![\\p{L}\\p{N}])(?:%s)(?![\\p{L}\\p{N}])";
    /** Quotation marks around a text, and signs that end it. */
    private static final Pattern EDGES = Pattern.compile("^[\"'“”‘’\\s]+|[.,;:!?\"'“”‘’\\s]+$");

    private final AnswerTask task;

    AnswerExtractor(AnswerTask task) {
        this.task = task;
    }

    /** A vote, with the answer that its text holds. */
    Vote vote(AnswerItem item, String reasoning, String text) {
        return new Vote(reasoning, text, within(text).flatMap(part -> answer(item, part)));
    }

    /** The answer of most votes, of several the one that came first; a vote without an answer does not count. */
    Written majority(AnswerItem item, List<Vote> votes) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, String> first = new LinkedHashMap<>();
        for (Vote vote : votes) {
            vote.answer().ifPresent(answer -> {
                counts.merge(normal(item, answer), 1, Integer::sum);
                first.putIfAbsent(normal(item, answer), answer);
            });
        }
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        Optional<String> winner = counts.keySet().stream()
                .filter(answer -> counts.get(answer) == most)
                .findFirst();
        return new Written(
                votes,
                winner.map(first::get),
                winner.filter(normal(item, item.right())::equals).isPresent());
    }

    private Optional<String> within(String text) {
        if (task.writing().extract().isEmpty()) {
            return Optional.of(text);
        }
        Matcher matcher = task.writing().extract().get().matcher(text);
        return matcher.find() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
    }

    private Optional<String> answer(AnswerItem item, String text) {
        if (isNumber(item)) {
            boolean follows = task.writing().votes().isPresent();
            Optional<BigFraction> number = follows ? NumberText.first(text) : NumberText.last(text);
            return number.map(NumberText::plain);
        }
        return switch (task.answers()) {
            case LETTERS -> letter(item, text, "(?<=\\()(?:%s)(?=\\))").or(() -> letter(item, text, ALONE));
            case CHOICES -> choice(item, text);
            default ->
                Optional.of(text.strip()).filter(answer -> !normalText(answer).isEmpty());
        };
    }

    private boolean isNumber(AnswerItem item) {
        return task.answers() == AnswerTask.Answers.DIGITS
                || (task.answers() == AnswerTask.Answers.TEXT && NumberText.isNumber(item.right()));
    }

    private static Optional<String> letter(AnswerItem item, String text, String place) {
        String any =
                String.join("|", item.choices().stream().map(Pattern::quote).toList());
        Matcher found = Pattern.compile(String.format(Locale.ROOT, place, any)).matcher(text);
        return found.find() ? Optional.of(found.group()) : Optional.empty();
    }

    private static Optional<String> choice(AnswerItem item, String text) {
        Optional<String> best = Optional.empty();
        int place = Integer.MAX_VALUE;
        for (String choice : item.choices()) {
            String words = Pattern.quote(choice);
            Matcher found = Pattern.compile(
                            String.format(Locale.ROOT, ALONE, words), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                    .matcher(text);
            if (found.find()) {
                boolean longer = found.start() == place
                        && choice.length() > best.orElseThrow().length();
                if (found.start() < place || longer) {
                    best = Optional.of(choice);
                    place = found.start();
                }
            }
        }
        return best;
    }

    /** What answers that count as the same have in common. */
    private String normal(AnswerItem item, String answer) {
        if (isNumber(item)) {
            return NumberText.first(answer).map(NumberText::plain).orElse(answer);
        }
        return task.answers() == AnswerTask.Answers.TEXT ? normalText(answer) : answer;
    }

    private static String normalText(String text) {
        String line = text.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        String bare = EDGES.matcher(line).replaceAll("");
        return bare.isEmpty() ? line.strip() : bare;
    }
}
