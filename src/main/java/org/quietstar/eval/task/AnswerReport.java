package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.Interval;

/**
 * How many items of a task a model answers rightly: without a thought, with its thoughts, and with thoughts of other
 * items; beside them, where it was scored, another model that was trained as a plain language model.
 *
 * @param task what was answered
 * @param thoughtTemperature at which thoughts were sampled; 0 is greedy
 * @param content what thoughts said
 * @param scores of each item, in the order of the task
 * @param plain scores of the plain model for the same items; empty where there is none
 * @param groups by group, in the order of their first item
 * @param all all items together
 */
public record AnswerReport(
        AnswerTask task,
        double thoughtTemperature,
        ThoughtContent content,
        List<AnswerScore> scores,
        Optional<List<AnswerScore>> plain,
        List<Group> groups,
        Group all) {

    /** Standard deviations on each side of a mean that hold 95 % of a normal distribution. */
    private static final double NORMAL_95 = 1.96;

    /**
     * Items of one kind.
     *
     * @param name as the items give it
     * @param plain right answers of the plain model
     * @param without right answers without a thought
     * @param with right answers after thoughts; empty for a model that does not think
     * @param shuffled right answers after thoughts of other items; empty where there are none
     */
    public record Group(
            String name, Optional<Share> plain, Share without, Optional<Share> with, Optional<Share> shuffled) {

        /** Number of items. */
        public int items() {
            return without.items();
        }
    }

    public AnswerReport {
        scores = List.copyOf(scores);
        groups = List.copyOf(groups);
    }

    /**
     * Counts.
     *
     * @param scores of every item of the task
     * @param plain of the same items in the same order
     */
    public static AnswerReport of(
            AnswerTask task, double thoughtTemperature, List<AnswerScore> scores, Optional<List<AnswerScore>> plain) {
        if (scores.isEmpty()
                || plain.filter(other -> other.size() != scores.size()).isPresent()) {
            throw new IllegalArgumentException("Scores of " + scores.size() + " items, of the plain model "
                    + plain.map(List::size).orElse(0));
        }
        Map<String, List<Integer>> members = new LinkedHashMap<>();
        List<Integer> everyone = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            members.computeIfAbsent(scores.get(i).item().group(), key -> new ArrayList<>())
                    .add(i);
            everyone.add(i);
        }
        List<Group> groups = new ArrayList<>();
        members.forEach((name, items) -> groups.add(group(name, items, scores, plain)));
        Group all = group("all", everyone, scores, plain);
        return new AnswerReport(task, thoughtTemperature, ThoughtContent.OWN, scores, plain, groups, all);
    }

    /** The same, of thoughts that said something else than the model's own. */
    public AnswerReport withContent(ThoughtContent other) {
        return new AnswerReport(task, thoughtTemperature, other, scores, plain, groups, all);
    }

    private static Group group(
            String name, List<Integer> items, List<AnswerScore> scores, Optional<List<AnswerScore>> plain) {
        List<AnswerScore> own = items.stream().map(scores::get).toList();
        List<AnswerScore> thinking =
                own.stream().filter(score -> score.thinking().isPresent()).toList();
        List<AnswerScore> control = thinking.stream()
                .filter(score -> score.thinking().orElseThrow().shuffled().isPresent())
                .toList();
        return new Group(
                name,
                plain.map(others -> count(items.stream().map(others::get).toList(), AnswerScore::rightWithout)),
                count(own, AnswerScore::rightWithout),
                thinking.isEmpty() ? Optional.empty() : Optional.of(count(thinking, AnswerScore::rightWith)),
                control.isEmpty() ? Optional.empty() : Optional.of(count(control, AnswerScore::rightShuffled)));
    }

    private static Share count(List<AnswerScore> scores, Predicate<AnswerScore> right) {
        return new Share((int) scores.stream().filter(right).count(), scores.size());
    }

    /** Ways to answer that are set side by side. */
    public enum Way {
        /** The plain model. */
        PLAIN("plain training"),
        /** Without a thought. */
        WITHOUT("without a thought"),
        /** With thoughts. */
        WITH("with a thought");

        private final String words;

        Way(String words) {
            this.words = words;
        }

        /** What people call it. */
        public String words() {
            return words;
        }
    }

    /**
     * A mean over items.
     *
     * @param interval of 95 %, under the normal distribution, items being drawn independently
     */
    public record Mean(double value, Interval interval) {}

    /** Mean probability of the right answer among what can be an answer; empty where that way was not scored, or answers are written. */
    public Optional<Mean> probability(Way way) {
        var all = new SummaryStatistics();
        for (AnswerScore score : scores(way)) {
            score.way(way == Way.WITH)
                    .filter(AnswerScore.Likelihoods.class::isInstance)
                    .map(AnswerScore.Likelihoods.class::cast)
                    .ifPresent(
                            each -> all.addValue(each.probability(score.item().answer())));
        }
        if (all.getN() == 0) {
            return Optional.empty();
        }
        double reach = NORMAL_95 * all.getStandardDeviation() / Math.sqrt((double) all.getN());
        double half = all.getN() == 1 ? 1 : reach;
        return Optional.of(new Mean(
                all.getMean(), new Interval(Math.max(0, all.getMean() - half), Math.min(1, all.getMean() + half))));
    }

    private List<AnswerScore> scores(Way way) {
        return way == Way.PLAIN ? plain.orElse(List.of()) : scores;
    }

    /** Items to which an answer was written that holds none; empty where that way was not scored, or answers are not written. */
    public OptionalInt unanswered(Way way) {
        List<AnswerScore.Written> written = scores(way).stream()
                .flatMap(score -> score.way(way == Way.WITH).stream())
                .filter(AnswerScore.Written.class::isInstance)
                .map(AnswerScore.Written.class::cast)
                .toList();
        int none =
                (int) written.stream().filter(each -> each.answer().isEmpty()).count();
        return written.isEmpty() ? OptionalInt.empty() : OptionalInt.of(none);
    }

    /** With thoughts (first) against without (second), on the same items. */
    public PairedTest againstWithout() {
        return paired(scores);
    }

    /** With thoughts (first) against the plain model (second), on the same items; empty where it was not scored. */
    public Optional<PairedTest> againstPlain() {
        return plain.map(this::paired);
    }

    private PairedTest paired(List<AnswerScore> others) {
        int first = 0;
        int second = 0;
        for (int i = 0; i < scores.size(); i++) {
            boolean with = scores.get(i).rightWith();
            boolean other = others.get(i).rightWithout();
            first += with && !other ? 1 : 0;
            second += other && !with ? 1 : 0;
        }
        return new PairedTest(first, second);
    }

    /** Whether thoughts said something else than the model's own. */
    boolean othersThoughts() {
        return content != ThoughtContent.OWN && all.with().isPresent();
    }

    /** The report as a table for people, lines ended by a line feed. */
    public String toText() {
        return AnswerText.table(this);
    }

    /**
     * Three items for people, each with its thought in words, or with its reasoning: one that is right with the thought and
     * without, one that the thought turned from wrong to right, and one that is wrong with it; kinds that there are none of
     * are left out. Empty for a model that does not think, unless it reasons aloud.
     */
    public String examples() {
        return AnswerText.examples(this);
    }

    /** Shares of all items and of each group, as {@code summary.json} has them under the task's name. */
    public ObjectNode summary() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        putShares(node, all);
        probability(Way.WITHOUT).ifPresent(mean -> node.put("probabilityWithout", mean.value()));
        probability(Way.WITH).ifPresent(mean -> node.put("probabilityWith", mean.value()));
        unanswered(Way.WITHOUT).ifPresent(items -> node.put("unansweredWithout", items));
        unanswered(Way.WITH).ifPresent(items -> node.put("unansweredWith", items));
        task.writing()
                .votes()
                .ifPresent(votes -> node.put("votes", votes.count()).put("temperature", votes.temperature()));
        if (othersThoughts()) {
            node.put("thoughtContent", content.word());
        }
        node.put("chance", task.chance());
        node.put("items", all.items());
        if (groups.size() > 1) {
            ObjectNode byGroup = node.putObject("groups");
            groups.forEach(
                    group -> putShares(byGroup.putObject(group.name()), group).put("items", group.items()));
        }
        return node;
    }

    private static ObjectNode putShares(ObjectNode node, Group group) {
        node.put("without", group.without().share());
        group.with().ifPresent(share -> node.put("with", share.share()));
        group.plain().ifPresent(share -> node.put("plain", share.share()));
        group.shuffled().ifPresent(share -> node.put("shuffled", share.share()));
        return node;
    }

    /**
     * Writes {@code NAME.txt}, the table; {@code NAME.md}, the same as a page with more examples; {@code NAME.jsonl}, one line an item with its thought and what was written; and {@code summary.json},
     * in which other tasks' summaries stay.
     *
     * @param folder made where there is none
     * @throws QuietStarException where it cannot be written to
     */
    public void write(Path folder) {
        var mapper = new JsonMapper();
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(task.name() + ".txt"), toText() + examples(), StandardCharsets.UTF_8);
            Files.writeString(folder.resolve(task.name() + ".md"), AnswerMarkdown.page(this), StandardCharsets.UTF_8);
            var lines = new StringBuilder();
            for (int i = 0; i < scores.size(); i++) {
                int item = i;
                Optional<AnswerScore> other = plain.map(all -> all.get(item));
                lines.append(mapper.writeValueAsString(AnswerLines.of(task, scores.get(i), other)))
                        .append('\n');
            }
            Files.writeString(folder.resolve(task.name() + ".jsonl"), lines, StandardCharsets.UTF_8);
            writeSummary(folder.resolve("summary.json"), mapper);
        } catch (IOException e) {
            throw new QuietStarException(folder + ": the results cannot be written there: " + e, e);
        }
    }

    private void writeSummary(Path file, JsonMapper mapper) throws IOException {
        boolean earlier = Files.isRegularFile(file);
        ObjectNode summary = earlier && mapper.readTree(file.toFile()) instanceof ObjectNode object
                ? object
                : mapper.createObjectNode();
        summary.set(task.name(), summary());
        Files.writeString(file, mapper.writeValueAsString(summary) + "\n", StandardCharsets.UTF_8);
    }
}
