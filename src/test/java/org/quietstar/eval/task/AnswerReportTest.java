package org.quietstar.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.Interval;

class AnswerReportTest {
    private static final List<String> CHOICES = List.of("red", "green", "blue");

    @TempDir
    private Path folder;

    /** Scores in which the choice of that index is the likeliest. */
    private static double[] choosing(int index) {
        double[] logs = {-3, -3, -3};
        logs[index] = -1;
        return logs;
    }

    private static AnswerItem item(int line, String group) {
        return new AnswerItem(line, "apple " + line + " is", CHOICES, 0, group);
    }

    private static AnswerScore score(AnswerItem item, int without, int with, int shuffled) {
        return new AnswerScore(
                item,
                AnswerScore.Way.among(item, choosing(without)),
                Optional.of(new AnswerScore.Thinking(
                        AnswerScore.Way.among(item, choosing(with)),
                        Optional.of(AnswerScore.Way.among(item, choosing(shuffled))),
                        "it is " + CHOICES.get(with),
                        0.25)));
    }

    private static AnswerScore plain(AnswerItem item, int without) {
        return new AnswerScore(item, AnswerScore.Way.among(item, choosing(without)), Optional.empty());
    }

    private static AnswerTask task(List<AnswerItem> items) {
        return new AnswerTask(
                "colours",
                Path.of("colours.jsonl"),
                "steps",
                AnswerTask.Answers.CHOICES,
                " ",
                "",
                Writing.DEFAULT,
                items);
    }

    /** Four items of one step and two of two; index 0 is right. */
    private static AnswerReport report() {
        List<AnswerItem> items = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            items.add(item(i, i <= 4 ? "1" : "2"));
        }
        int[] without = {0, 1, 1, 2, 0, 1};
        int[] with = {0, 0, 0, 1, 1, 0};
        int[] shuffled = {1, 1, 1, 1, 0, 1};
        int[] plain = {0, 0, 1, 1, 1, 1};
        List<AnswerScore> scores = new ArrayList<>();
        List<AnswerScore> others = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            scores.add(score(items.get(i), without[i], with[i], shuffled[i]));
            others.add(plain(items.get(i), plain[i]));
        }
        return AnswerReport.of(task(items), 1.0, scores, Optional.of(others));
    }

    @Test
    void everyWayIsCountedByGroup() {
        AnswerReport report = report();
        assertThat(report.groups()).extracting(AnswerReport.Group::name).containsExactly("1", "2");
        AnswerReport.Group one = report.groups().get(0);
        assertThat(one.without()).isEqualTo(new Share(1, 4));
        assertThat(one.with()).contains(new Share(3, 4));
        assertThat(one.shuffled()).contains(new Share(0, 4));
        assertThat(one.plain()).contains(new Share(2, 4));
        assertThat(report.all().without()).isEqualTo(new Share(2, 6));
        assertThat(report.all().with()).contains(new Share(4, 6));
        assertThat(report.all().shuffled()).contains(new Share(1, 6));
        assertThat(report.all().plain()).contains(new Share(2, 6));
        assertThat(report.againstWithout()).isEqualTo(new PairedTest(3, 1));
        assertThat(report.againstPlain()).contains(new PairedTest(2, 0));
    }

    /** By hand: Wilson's interval of 84 in 100 is 0.7558 to 0.8990; of 0 in 20, 0 to 0.1611. */
    @Test
    void intervalsAreWilsons() {
        assertThat(new Share(84, 100).interval().lower()).isCloseTo(0.7558, within(5e-5));
        assertThat(new Share(84, 100).interval().upper()).isCloseTo(0.8990, within(5e-5));
        assertThat(new Share(0, 20).interval().lower()).isCloseTo(0, within(1e-12));
        assertThat(new Share(0, 20).interval().upper()).isCloseTo(0.1611, within(5e-5));
        assertThat(new Share(20, 20).interval().upper()).isCloseTo(1, within(1e-12));
    }

    /** By hand: of 10 fair throws at most 1 one way: 2 · 11 / 1024; 5 of 10: certain. */
    @Test
    void theTestIsMcNemarsExactOne() {
        assertThat(new PairedTest(9, 1).p()).isCloseTo(22.0 / 1024, within(1e-12));
        assertThat(new PairedTest(1, 9).p()).isCloseTo(22.0 / 1024, within(1e-12));
        assertThat(new PairedTest(5, 5).p()).isCloseTo(1, within(1e-12));
        assertThat(new PairedTest(0, 0).p()).isEqualTo(1);
        assertThat(new PairedTest(6, 0).p()).isCloseTo(2.0 / 64, within(1e-12));
    }

    private static AnswerScore plainly(double... logs) {
        return new AnswerScore(item(1, "1"), AnswerScore.Way.among(item(1, "1"), logs), Optional.empty());
    }

    @Test
    void aTieIsNotRight() {
        var score = plainly(-1, -1, -3);
        assertThat(score.rightWithout()).isFalse();
        assertThat(score.rightWith()).isFalse();
        assertThat(plainly(-1, -1.01, -3).rightWithout()).isTrue();
    }

    @Test
    void anUndefinedProbabilityIsNotRight() {
        double[] broken = {Double.NaN, -1, -2};
        assertThat(plainly(broken).rightWithout()).isFalse();
        double[] other = {-1, Double.NaN, -2};
        assertThat(plainly(other).rightWithout()).isFalse();
    }

    @Test
    void theTableHasARowForEachGroupAndOneForAll() {
        assertThat(report().toText()).isEqualTo("""
                Right answers: 6 items of colours.jsonl, 3 choices, chance 0.333

                steps        items   plain training           without a thought        with a thought           another's thought
                1                4   0.500 [0.150, 0.850]     0.250 [0.046, 0.699]     0.750 [0.301, 0.954]     0.000 [0.000, 0.490]
                2                2   0.000 [0.000, 0.658]     0.500 [0.095, 0.905]     0.500 [0.095, 0.905]     0.500 [0.095, 0.905]
                all              6   0.333 [0.097, 0.700]     0.333 [0.097, 0.700]     0.667 [0.300, 0.903]     0.167 [0.030, 0.564]

                Shares with 95 % Wilson intervals over items. Thoughts are sampled at temperature 1.0. Another's thought: a control, the thought that the model had at another item.
                With a thought against without: only the first right 3 times, only the second 1 times; p 0.6250 (exact McNemar test).
                With a thought against plain: only the first right 2 times, only the second 0 times; p 0.5000 (exact McNemar test).
                Mean probability of the right answer among what can be one: plain training 0.3333 [0.0522, 0.6145], without a thought 0.3333 [0.0522, 0.6145], with a thought 0.5602 [0.2790, 0.8413].
                """);
    }

    @Test
    void threeExamplesShowARightAMadeRightAndAWrongAnswer() {
        assertThat(report().examples()).isEqualTo("""

                prompt | thought | answer
                right       apple 1 is | it is red | red   (without a thought: red)
                made right  apple 2 is | it is red | red   (without a thought: green)
                wrong       apple 4 is | it is green | green   (without a thought: blue; right: red)
                """);
    }

    @Test
    void aModelThatDoesNotThinkHasOneColumnAndNoExamples() {
        AnswerItem item = item(1, "all");
        AnswerReport report = AnswerReport.of(task(List.of(item)), 0, List.of(plain(item, 0)), Optional.empty());
        assertThat(report.toText())
                .contains("without a thought")
                .doesNotContain("with a thought", "plain", "another's", "McNemar");
        assertThat(report.examples()).isEmpty();
        assertThat(report.summary().toString())
                .matches(
                        "\\{\"without\":1.0,\"probabilityWithout\":0.78698604[0-9]*,\"chance\":0.3333333333333333,\"items\":1}");
        // Of one item nothing is known of how much items differ.
        assertThat(report.probability(AnswerReport.Way.WITHOUT).orElseThrow().interval())
                .isEqualTo(new Interval(0, 1));
    }

    @Test
    void thePageHasTheTableThePictureAndTheExamples() {
        report().write(folder);
        assertThat(folder.resolve("colours.md")).content().startsWith("""
                # Task colours

                6 items of colours.jsonl, 3 choices, chance 0.333

                | steps | items | plain training | without a thought | with a thought | another's thought |
                |---|---|---|---|---|---|
                | 1 | 4 | 0.500 [0.150, 0.850] | 0.250 [0.046, 0.699] | 0.750 [0.301, 0.954] | 0.000 [0.000, 0.490] |
                | 2 | 2 | 0.000 [0.000, 0.658] | 0.500 [0.095, 0.905] | 0.500 [0.095, 0.905] | 0.500 [0.095, 0.905] |
                | all | 6 | 0.333 [0.097, 0.700] | 0.333 [0.097, 0.700] | 0.667 [0.300, 0.903] | 0.167 [0.030, 0.564] |

                ![Right answers by steps](colours.png)

                Shares with 95 % Wilson intervals over items.""").endsWith("""
                | | prompt | thought | answer |
                |---|---|---|---|
                | right | apple 1 is | it is red | red   (without a thought: red) |
                | made right | apple 2 is | it is red | red   (without a thought: green) |
                | made right | apple 3 is | it is red | red   (without a thought: green) |
                | made right | apple 6 is | it is red | red   (without a thought: green) |
                | wrong | apple 4 is | it is green | green   (without a thought: blue; right: red) |
                | wrong | apple 5 is | it is green | green   (without a thought: red; right: red) |
                """);
    }

    @Test
    void theFilesHoldSharesAndEveryItem() throws IOException {
        Files.writeString(folder.resolve("summary.json"), "{\"other\":{\"without\":0.5}}");
        report().write(folder);
        JsonNode summary =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.at("/other/without").asDouble()).isEqualTo(0.5);
        assertThat(summary.at("/colours/with").asDouble()).isCloseTo(4.0 / 6, within(1e-12));
        assertThat(summary.at("/colours/without").asDouble()).isCloseTo(2.0 / 6, within(1e-12));
        assertThat(summary.at("/colours/plain").asDouble()).isCloseTo(2.0 / 6, within(1e-12));
        assertThat(summary.at("/colours/chance").asDouble()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(summary.at("/colours/items").asInt()).isEqualTo(6);
        List<String> lines = Files.readAllLines(folder.resolve("colours.jsonl"));
        assertThat(lines).hasSize(6);
        JsonNode fourth = new ObjectMapper().readTree(lines.get(3));
        assertThat(fourth.at("/line").asInt()).isEqualTo(4);
        assertThat(fourth.at("/answer").asText()).isEqualTo("red");
        assertThat(fourth.at("/steps").asText()).isEqualTo("1");
        assertThat(fourth.at("/with/thought").asText()).isEqualTo("it is green");
        assertThat(fourth.at("/with/w").asDouble()).isEqualTo(0.25);
        assertThat(fourth.at("/with/right").asBoolean()).isFalse();
        assertThat(fourth.at("/with/choice").asText()).isEqualTo("green");
        assertThat(fourth.at("/without/choice").asText()).isEqualTo("blue");
        double e = Math.exp(-2);
        assertThat(fourth.at("/with/probability").asDouble()).isCloseTo(e / (1 + 2 * e), within(1e-12));
        assertThat(folder.resolve("colours.txt")).content().isEqualTo(report().toText() + report().examples());
    }

    @Test
    void otherThoughtsThanTheModelsOwnAreNamed() {
        AnswerReport report = report().withContent(ThoughtContent.BLIND);
        assertThat(report.toText())
                .startsWith("Right answers: 6 items of colours.jsonl, 3 choices, chance 0.333; thoughts: blind\n");
        assertThat(report.summary().get("thoughtContent").asText()).isEqualTo("blind");
        assertThat(report().summary().has("thoughtContent")).isFalse();
    }

    /** Votes that reason from a prompt to an answer of each. */
    private static AnswerScore.Written votes(AnswerExtractor extractor, AnswerItem item, String... answers) {
        List<AnswerScore.Vote> votes = new ArrayList<>();
        for (String answer : answers) {
            votes.add(extractor.vote(item, "so it\nis " + answer, " " + answer));
        }
        return extractor.majority(item, votes);
    }

    private static AnswerReport voted(boolean thinks) {
        List<AnswerItem> items = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            items.add(new AnswerItem(i, "sum " + i, List.of("1,234"), 0, "all"));
        }
        var writing = new Writing(
                8, Optional.empty(), Optional.of(new Writing.Reasoning("Let's", "", 20, "So")), Optional.empty());
        AnswerTask task = new AnswerTask(
                        "sums", Path.of("sums.jsonl"), "group", AnswerTask.Answers.TEXT, " ", "", writing, items)
                .byChainOfThought(new Writing.Votes(3, 0.7));
        var extractor = new AnswerExtractor(task);
        String[][] without = {{"1234", "5", "$1,234.00"}, {"7", "8", "7"}, {"none", "", "?"}};
        String[][] with = {{"1234", "1234", "5"}, {"1", "1,234", "1234"}, {"4", "5", "1,234"}};
        List<AnswerScore> scores = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            AnswerItem item = items.get(i);
            Optional<AnswerScore.Thinking> thinking = thinks
                    ? Optional.of(
                            new AnswerScore.Thinking(votes(extractor, item, with[i]), Optional.empty(), "hm", 0.25))
                    : Optional.empty();
            scores.add(new AnswerScore(item, votes(extractor, item, without[i]), thinking));
        }
        return AnswerReport.of(task, 0, scores, Optional.empty()).withContent(ThoughtContent.RANDOM);
    }

    @Test
    void writtenAnswersAreReportedWithVotesAndReasonings() throws IOException {
        AnswerReport report = voted(true);
        assertThat(report.toText() + report.examples()).isEqualTo("""
                Right answers: 3 items of sums.jsonl, a written answer each, by chain of thought, the majority of 3 votes, sampled at temperature 0.7; thoughts: random

                group        items   without a thought        with a thought
                all              3   0.333 [0.061, 0.792]     0.667 [0.208, 0.939]

                Shares with 95 % Wilson intervals over items. Thoughts are greedy.
                With a thought against without: only the first right 1 times, only the second 0 times; p 1.0000 (exact McNemar test).
                Items whose text holds no answer: without a thought 1, with a thought 0.

                prompt | reasoning | answer
                right       sum 1 | so it is 1234 | 1234   (without a thought: 1234)
                made right  sum 2 | so it is 1,234 | 1234   (without a thought: 7)
                wrong       sum 3 | so it is 4 | 4   (without a thought: none; right: 1,234)
                """);
        report.write(folder);
        JsonNode summary = new ObjectMapper()
                .readTree(folder.resolve("summary.json").toFile())
                .get("sums-cot-maj3");
        assertThat(summary.toString())
                .isEqualTo("{\"without\":0.3333333333333333,\"with\":0.6666666666666666,\"unansweredWithout\":1,"
                        + "\"unansweredWith\":0,\"votes\":3,\"temperature\":0.7,\"thoughtContent\":\"random\","
                        + "\"chance\":0.0,\"items\":3}");
        assertThat(folder.resolve("sums-cot-maj3.md"))
                .content()
                .contains("; thoughts: random\n", "![Right answers by group](sums-cot-maj3.png)")
                .contains("| made right | sum 2 | so it is 1,234 | 1234   (without a thought: 7) |");
        List<String> lines = Files.readAllLines(folder.resolve("sums-cot-maj3.jsonl"));
        assertThat(lines.get(1))
                .isEqualTo("{\"line\":2,\"prompt\":\"sum 2\",\"answer\":\"1,234\",\"group\":\"all\",\"without\":"
                        + "{\"answer\":\"7\",\"right\":false,\"votes\":["
                        + "{\"reasoning\":\"so it\\nis 7\",\"text\":\" 7\",\"answer\":\"7\"},"
                        + "{\"reasoning\":\"so it\\nis 8\",\"text\":\" 8\",\"answer\":\"8\"},"
                        + "{\"reasoning\":\"so it\\nis 7\",\"text\":\" 7\",\"answer\":\"7\"}]},\"with\":"
                        + "{\"answer\":\"1234\",\"right\":true,\"votes\":["
                        + "{\"reasoning\":\"so it\\nis 1\",\"text\":\" 1\",\"answer\":\"1\"},"
                        + "{\"reasoning\":\"so it\\nis 1,234\",\"text\":\" 1,234\",\"answer\":\"1234\"},"
                        + "{\"reasoning\":\"so it\\nis 1234\",\"text\":\" 1234\",\"answer\":\"1234\"}],"
                        + "\"thought\":\"hm\",\"w\":0.25}}");
        assertThat(lines.get(2)).contains("\"without\":{\"right\":false,\"votes\":[{");
    }

    @Test
    void aModelThatDoesNotThinkShowsItsReasonings() {
        AnswerReport report = voted(false);
        assertThat(report.toText()).doesNotContain("random", "with a thought");
        assertThat(report.examples()).isEqualTo("""

                prompt | reasoning | answer
                right       sum 1 | so it is 1234 | 1234
                wrong       sum 2 | so it is 7 | 7   (right: 1,234)
                """);
    }
}
