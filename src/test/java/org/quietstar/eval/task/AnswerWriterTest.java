package org.quietstar.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.task.AnswerScore.Vote;
import org.quietstar.eval.task.AnswerScore.Written;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Generator;
import org.quietstar.generate.LetterTokenizer;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.TinyModel;
import org.quietstar.thought.TokenRules;

/** Answers written against plain generation, in double precision, on a tiny random model. */
class AnswerWriterTest {
    private static final LetterTokenizer TOKENIZER = new LetterTokenizer();
    private static final AnswerScorer.Encoding ENCODING = new AnswerScorer.Encoding(TOKENIZER::encode, 0, TOKENIZER);
    /** Positions for some letters: L 40, T 3. */
    private static final TinyModel TINY = TinyModel.of(true, 0, new ThoughtLayout(1, 40, 1, 3, 1));

    private static final ThinkingModel MODEL = ThinkingModel.of(
            TINY.model(),
            TINY.thought(),
            TINY.parameters(),
            new TokenRules(TinyModel.PAD, List.of(TinyModel.PAD, TinyModel.BANNED), List.of(TinyModel.PAD)));

    private static final List<String> PROMPTS = List.of("cde", "fgh", "cfghi", "jih", "dd", "ghijc", "eeeee", "fc");

    @TempDir
    private Path folder;

    private static AnswerTask task(String end, int answerTokens, String... prompts) {
        List<AnswerItem> items = IntStream.range(0, prompts.length)
                .mapToObj(i -> new AnswerItem(i + 1, prompts[i], List.of("cd"), 0, "all"))
                .toList();
        var writing = new Writing(
                answerTokens,
                Optional.empty(),
                Optional.of(new Writing.Reasoning("hi", "jj", 6, "fg")),
                Optional.empty());
        return new AnswerTask(
                "letters", Path.of("letters.jsonl"), "group", AnswerTask.Answers.TEXT, "", end, writing, items);
    }

    private static final AnswerTask TASK = task("gg", 5, PROMPTS.toArray(String[]::new));
    private static final AnswerTask VOTED = TASK.byChainOfThought(new Writing.Votes(3, 1.5));

    private static AnswerScorer scorer(int batch) {
        return new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(batch, 1, 5));
    }

    private static List<AnswerScore> score(AnswerTask task, int batch) {
        return scorer(batch).score(task, Optional.empty(), (done, all) -> {}, () -> false);
    }

    private static List<Vote> votes(AnswerScore.Way way) {
        return ((Written) way).votes();
    }

    private static Generation generated(String prompt, GenerateOptions.Thoughts thoughts, int tokens, String stop) {
        GenerateOptions options = GenerateOptions.builder()
                .maxTokens(tokens)
                .temperature(0)
                .thoughts(thoughts)
                .thoughtTemperature(0)
                .stop(List.of(stop))
                .build();
        try (var generator = new Generator(MODEL, TOKENIZER)) {
            var asked = new Generator.Prompt(0, prompt, TOKENIZER.encode(prompt));
            return generator
                    .generate(List.of(asked), options, GenerationListener.none())
                    .get(0);
        }
    }

    @Test
    void anAnswerIsTheTextThatGenerationContinuesThePromptWith() {
        var greedy = new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(4, 0, 5));
        List<AnswerScore> scores = greedy.score(TASK, Optional.empty(), (done, all) -> {}, () -> false);
        for (int i = 0; i < scores.size(); i++) {
            AnswerScore score = scores.get(i);
            String prompt = PROMPTS.get(i);
            assertThat(votes(score.without()))
                    .extracting(Vote::text)
                    .containsExactly(generated(prompt, GenerateOptions.Thoughts.OFF, 5, "gg")
                            .text());
            AnswerScore.Thinking thinking = score.thinking().orElseThrow();
            Generation expected = generated(prompt, GenerateOptions.Thoughts.ON, 5, "gg");
            assertThat(votes(thinking.with())).extracting(Vote::text).containsExactly(expected.text());
            assertThat(thinking.words())
                    .isEqualTo(TOKENIZER.decode(
                            expected.tokens().get(0).thought().orElseThrow().tokens()));
            assertThat(thinking.shuffled()).isEmpty();
        }
        assertThat(scores.stream()
                        .map(score -> votes(score.without()).get(0).text())
                        .distinct())
                .hasSizeGreaterThan(3);
    }

    @Test
    void aChainOfThoughtIsWrittenBetweenItsBeginningAndItsConclusion() {
        AnswerTask task = TASK.byChainOfThought(Writing.Votes.of(1));
        assertThat(task.name()).isEqualTo("letters-cot");
        List<AnswerScore> scores = score(task, 4);
        for (int i = 0; i < scores.size(); i++) {
            String begun = PROMPTS.get(i) + "hi";
            String reasoning =
                    generated(begun, GenerateOptions.Thoughts.OFF, 6, "jj").text();
            String answer = generated(begun + reasoning + "fg", GenerateOptions.Thoughts.OFF, 5, "gg")
                    .text();
            Vote vote = votes(scores.get(i).without()).get(0);
            assertThat(vote.reasoning()).isEqualTo(reasoning);
            assertThat(vote.text()).isEqualTo(answer);
        }
    }

    private static void assertSame(List<AnswerScore> actual, List<AnswerScore> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).without()).isEqualTo(expected.get(i).without());
            AnswerScore.Thinking found = actual.get(i).thinking().orElseThrow();
            AnswerScore.Thinking wanted = expected.get(i).thinking().orElseThrow();
            assertThat(found.with()).isEqualTo(wanted.with());
            assertThat(found.words()).isEqualTo(wanted.words());
            assertThat(found.weight()).isCloseTo(wanted.weight(), within(1e-9));
        }
    }

    @Test
    void howManyGoTogetherChangesNothing() {
        for (AnswerTask task : List.of(TASK, VOTED)) {
            List<AnswerScore> alone = score(task, 1);
            assertSame(score(task, 3), alone);
            assertSame(score(task, 7), alone);
        }
    }

    @Test
    void votesDifferAndDependOnItemAndVoteAlone() {
        assertThat(VOTED.name()).isEqualTo("letters-cot-maj3");
        List<AnswerScore> three = score(VOTED, 4);
        List<AnswerScore> two = score(TASK.byChainOfThought(new Writing.Votes(2, 1.5)), 4);
        for (int i = 0; i < three.size(); i++) {
            List<Vote> votes = votes(three.get(i).without());
            assertThat(votes).hasSize(3);
            assertThat(votes(two.get(i).without())).isEqualTo(votes.subList(0, 2));
        }
        List<Vote> same = new ArrayList<>();
        score(task("gg", 5, "cde", "cde", "cde").byChainOfThought(new Writing.Votes(2, 1.5)), 4)
                .forEach(score -> same.addAll(votes(score.without())));
        assertThat(same.stream().map(Vote::reasoning).distinct()).hasSizeGreaterThan(4);
    }

    /** What is cut is the prompt's beginning: the answer's five tokens and a thought have room. */
    @Test
    void aPromptThatIsTooLongLosesItsBeginning() {
        int kept = TINY.model().maxPositions() + 2 - 6 - 5;
        String prompt = "cdefghij".repeat(10);
        String rest = prompt.substring(prompt.length() - kept);
        assertThat(votes(score(task("gg", 5, prompt), 1).get(0).without())
                        .get(0)
                        .text())
                .isEqualTo(
                        generated(rest, GenerateOptions.Thoughts.OFF, 5, "gg").text());
        // An answer takes no more than half of the positions.
        assertThat(votes(score(task("gg", 1000, prompt), 1).get(0).without())
                        .get(0)
                        .text())
                .hasSizeLessThanOrEqualTo(TINY.model().maxPositions() / 2);
    }

    private List<AnswerScore> scoreKept(AnswerScorer scorer, AnswerTask task, Heard heard, BooleanSupplier stopped) {
        return scorer.score(task, Optional.of(folder.resolve("letters.unfinished.jsonl")), heard, stopped);
    }

    /** Notes what it hears. */
    private static final class Heard implements AnswerScorer.Listener {
        final List<Integer> done = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();

        @Override
        public void onPredictions(int predictions, int all) {
            done.add(predictions);
        }

        @Override
        public void onWarning(String message) {
            warnings.add(message);
        }
    }

    @Test
    void whatIsWrittenSurvivesAKill() throws Exception {
        var heard = new Heard();
        assertThatThrownBy(() -> scoreKept(scorer(5), VOTED, heard, () -> heard.done.size() > 6))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("task letters-cot-maj3 was stopped before all items were scored");
        // The sixth batch has begun the pass with thoughts; the last line broke off when the program was killed.
        assertThat(heard.done).containsExactly(0, 5, 10, 15, 20, 24, 29);
        Path journal = folder.resolve("letters.unfinished.jsonl");
        String lines = Files.readString(journal);
        Files.writeString(journal, lines.substring(0, lines.length() - 20));
        var again = new Heard();
        List<AnswerScore> continued = scoreKept(scorer(3), VOTED, again, () -> false);
        assertThat(again.done).containsExactly(0, 31, 34, 37, 40, 43, 46, 48);
        assertThat(again.warnings).isEmpty();
        List<AnswerScore> whole = score(VOTED, 5);
        assertSame(continued, whole);
        assertThat(AnswerReport.of(VOTED, 1, continued, Optional.empty()).toText())
                .isEqualTo(AnswerReport.of(VOTED, 1, whole, Optional.empty()).toText());
    }

    @Test
    void answersOfAnotherSettingAreDiscardedAndThatIsSaid() {
        var heard = new Heard();
        assertThatThrownBy(() -> scoreKept(scorer(5), VOTED, heard, () -> heard.done.size() > 2))
                .hasMessageContaining("stopped");
        var other = new Heard();
        scoreKept(scorer(8), TASK.byChainOfThought(new Writing.Votes(3, 1.25)), other, () -> false);
        assertThat(other.done).startsWith(0, 8, 16);
        assertThat(other.warnings)
                .containsExactly(folder.resolve("letters.unfinished.jsonl")
                        + ": unfinished answers of another task, model or setting are discarded");
        assertThat(heard.warnings).isEmpty();
    }

    @Test
    void aModelThatDoesNotThinkWritesTheSameWithoutThoughts() {
        List<AnswerScore> thinking = score(TASK, 4);
        List<AnswerScore> plain = new AnswerScorer(MODEL.withoutThoughts(), ENCODING, new AnswerScorer.Options(4, 1, 5))
                .score(TASK, Optional.empty(), (done, all) -> {}, () -> false);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(plain.get(i).thinking()).isEmpty();
            assertThat(plain.get(i).without()).isEqualTo(thinking.get(i).without());
        }
    }

    @Test
    void thoughtsMaySayNothingOrAnythingButNotWhatWasThoughtElsewhere() {
        for (ThoughtContent content : List.of(ThoughtContent.PAUSE, ThoughtContent.RANDOM)) {
            var scorer = new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(4, 0, 5, content));
            List<String> words = scorer.score(TASK, Optional.empty(), (done, all) -> {}, () -> false).stream()
                    .map(score -> score.thinking().orElseThrow().words())
                    .toList();
            if (content == ThoughtContent.PAUSE) {
                assertThat(words).isEqualTo(Collections.nCopies(PROMPTS.size(), ""));
            } else {
                assertThat(words).allMatch(thought -> thought.matches("[c-k]{3}"));
                assertThat(words.stream().distinct()).hasSizeGreaterThan(5);
            }
        }
        assertThatThrownBy(() -> new AnswerScorer(
                                MODEL, ENCODING, new AnswerScorer.Options(4, 0, 5, ThoughtContent.SHUFFLED))
                        .require(TASK))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("evaluation.thoughtContent shuffled is of answers to choose from, and those of task letters"
                        + " are written; take own, random or pause");
    }

    @Test
    void votesAreRefusedWithTheirValue() {
        assertThatThrownBy(() -> Writing.Votes.of(0)).hasMessage("votes is 0; it must be 1 or more");
        assertThatThrownBy(() -> new Writing.Votes(1, -1))
                .hasMessage("temperature is -1.0; it must be 0 (greedy) or more");
        assertThatThrownBy(() -> new Writing.Votes(5, 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        "votes is 5 at temperature 0: all would be the same; give a temperature above 0, or one vote");
    }
}
