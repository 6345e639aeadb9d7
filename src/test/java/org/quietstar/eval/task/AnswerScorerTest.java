package org.quietstar.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Generator;
import org.quietstar.generate.LetterTokenizer;
import org.quietstar.generate.NextTokenPredictor;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.TinyModel;
import org.quietstar.thought.TokenRules;

/** Answers scored against generation that reads them token by token, in double precision, on a tiny random model. */
class AnswerScorerTest {
    private static final LetterTokenizer TOKENIZER = new LetterTokenizer();
    private static final AnswerScorer.Encoding ENCODING = new AnswerScorer.Encoding(TOKENIZER::encode, 0, TOKENIZER);
    /** Positions for a few letters: L 12, T 3. */
    private static final ThoughtLayout SIZES = new ThoughtLayout(1, 12, 1, 3, 1);

    private static final TinyModel TINY = TinyModel.of(true, 0, SIZES);
    private static final ThinkingModel MODEL = ThinkingModel.of(
            TINY.model(),
            TINY.thought(),
            TINY.parameters(),
            new TokenRules(TinyModel.PAD, List.of(TinyModel.PAD, TinyModel.BANNED), List.of(TinyModel.PAD)));

    /** Answers of one, two and three letters, of which some begin alike. */
    private static final List<String> CHOICES = List.of("c", "cd", "dec", "de", "g");

    @TempDir
    private Path folder;

    private static AnswerTask task(List<String> choices, String... prompts) {
        List<AnswerItem> items = new ArrayList<>();
        for (int i = 0; i < prompts.length; i++) {
            items.add(new AnswerItem(
                    i + 1, prompts[i], choices, i % choices.size(), prompts[i].length() > 3 ? "long" : "short"));
        }
        return new AnswerTask(
                "letters",
                Path.of("letters.jsonl"),
                "length",
                AnswerTask.Answers.CHOICES,
                "",
                "",
                Writing.DEFAULT,
                items);
    }

    private static final AnswerTask TASK =
            task(CHOICES, "cde", "fgh", "cfghi", "jih", "dd", "ghijc", "eeeee", "fc", "cfj", "hhg");

    private static List<AnswerScore> score(ThinkingModel model, AnswerTask task, int batch, double temperature) {
        return new AnswerScorer(model, ENCODING, new AnswerScorer.Options(batch, temperature, 5))
                .score(task, Optional.empty(), (done, all) -> {}, () -> false);
    }

    private static double[] logs(AnswerScore.Way way) {
        return ((AnswerScore.Likelihoods) way).logs();
    }

    /** Log-probabilities of a choice after a prompt, without and with greedy thoughts. */
    private static double[] read(String prompt, String choice) {
        GenerateOptions options =
                GenerateOptions.builder().thoughtTemperature(0).compare(true).build();
        try (var generator = new Generator(MODEL, TOKENIZER)) {
            var given = new Generator.Prompt(0, "", 0, TOKENIZER.encode(prompt), TOKENIZER.encode(choice));
            List<GeneratedToken> tokens = generator
                    .generate(List.of(given), options, new GenerationListener() {})
                    .get(0)
                    .tokens();
            return new double[] {
                tokens.stream()
                        .mapToDouble(token -> token.baseLogProbability().orElseThrow())
                        .sum(),
                tokens.stream().mapToDouble(GeneratedToken::logProbability).sum()
            };
        }
    }

    @Test
    void aChoiceIsAsLikelyAsItsTokensReadOneAfterTheOther() {
        List<AnswerScore> scores = score(MODEL, TASK, 4, 0);
        for (AnswerScore score : scores) {
            for (int choice = 0; choice < CHOICES.size(); choice++) {
                double[] expected = read(score.item().prompt(), CHOICES.get(choice));
                assertThat(logs(score.without())[choice]).isCloseTo(expected[0], within(1e-9));
                assertThat(logs(score.thinking().orElseThrow().with())[choice]).isCloseTo(expected[1], within(1e-9));
            }
        }
        assertThat(scores).hasSize(10).extracting(AnswerScore::item).isEqualTo(TASK.questions());
    }

    @Test
    void howManyGoTogetherChangesNothing() {
        List<AnswerScore> alone = score(MODEL, TASK, 1, 1.0);
        for (int batch : new int[] {2, 7, 100}) {
            List<AnswerScore> together = score(MODEL, TASK, batch, 1.0);
            for (int i = 0; i < alone.size(); i++) {
                AnswerScore.Thinking expected = alone.get(i).thinking().orElseThrow();
                AnswerScore.Thinking actual = together.get(i).thinking().orElseThrow();
                assertThat(logs(together.get(i).without()))
                        .containsExactly(logs(alone.get(i).without()), within(1e-9));
                assertThat(logs(actual.with())).containsExactly(logs(expected.with()), within(1e-9));
                assertThat(logs(actual.shuffled().orElseThrow()))
                        .containsExactly(logs(expected.shuffled().orElseThrow()), within(1e-9));
                assertThat(actual.words()).isEqualTo(expected.words());
                assertThat(actual.weight()).isCloseTo(expected.weight(), within(1e-9));
            }
        }
    }

    @Test
    void thoughtsAreSampledForEachItemOnItsOwn() {
        AnswerTask same = task(List.of("c", "g"), "fgh", "fgh", "fgh", "fgh", "fgh", "fgh", "fgh", "fgh");
        List<String> words = score(MODEL, same, 3, 1.0).stream()
                .map(score -> score.thinking().orElseThrow().words())
                .toList();
        assertThat(words).allMatch(thought -> thought.length() == 3);
        assertThat(words.stream().distinct().count()).isGreaterThan(4);
        assertThat(score(MODEL, same, 3, 0).stream()
                        .map(score -> score.thinking().orElseThrow().words())
                        .distinct())
                .hasSize(1);
    }

    /** Half a group away: of the seven short items, item i has the thought of item i + 3; likewise in the other group. */
    @Test
    void theControlTakesTheThoughtOfAnotherItemOfTheGroup() {
        AnswerTask single = task(List.of("c", "g"), "cde", "fghi", "jih", "ddgh", "hhg");
        List<AnswerScore> scores = score(MODEL, single, 2, 1.0);
        int[] other = {2, 3, 4, 1, 0};
        try (var predictor = new NextTokenPredictor(MODEL, 1, 1.0)) {
            for (int i = 0; i < other.length; i++) {
                String words = scores.get(other[i]).thinking().orElseThrow().words();
                List<Integer> thought = words.chars().mapToObj(c -> c - 'a').toList();
                var text = new NextTokenPredictor.Text(
                        TOKENIZER.encode(single.questions().get(i).prompt()), 0, Optional.of(thought));
                NextTokenPredictor.Prediction expected =
                        predictor.predict(List.of(text)).get(0);
                assertThat(logs(scores.get(i)
                                .thinking()
                                .orElseThrow()
                                .shuffled()
                                .orElseThrow()))
                        .containsExactly(new double[] {expected.with(2), expected.with(6)}, within(1e-9));
            }
        }
    }

    @Test
    void anItemAloneInItsGroupHasNoControl() {
        List<AnswerScore> scores = score(MODEL, task(List.of("c", "g"), "cde", "fghi", "jih"), 4, 1.0);
        assertThat(scores)
                .extracting(score -> score.thinking().orElseThrow().shuffled().isPresent())
                .containsExactly(true, false, true);
    }

    @Test
    void aGivenThoughtIsTheOneThatWouldHaveBeenDrawn() {
        try (var predictor = new NextTokenPredictor(MODEL, 2, 1.0)) {
            int[] ids = {3, 5, 7};
            NextTokenPredictor.Prediction drawn = predictor
                    .predict(List.of(new NextTokenPredictor.Text(ids, SplitMix.hash(1), Optional.empty())))
                    .get(0);
            List<Integer> thought = drawn.thought().orElseThrow().ids();
            NextTokenPredictor.Prediction given = predictor
                    .predict(List.of(new NextTokenPredictor.Text(ids, 99, Optional.of(thought))))
                    .get(0);
            for (int id = 2; id < TinyModel.VOCAB; id++) {
                assertThat(given.with(id)).isEqualTo(drawn.with(id));
                assertThat(given.without(id)).isEqualTo(drawn.without(id));
            }
        }
    }

    @Test
    void aModelThatDoesNotThinkGivesTheSameWithoutThoughts() {
        List<AnswerScore> thinking = score(MODEL, TASK, 4, 1.0);
        List<AnswerScore> plain = score(MODEL.withoutThoughts(), TASK, 4, 1.0);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(plain.get(i).thinking()).isEmpty();
            assertThat(logs(plain.get(i).without()))
                    .containsExactly(logs(thinking.get(i).without()), within(1e-9));
        }
    }

    @Test
    void aTokenizerThatJoinsPromptAndAnswerIsReadFromWhereTheyPart() {
        // A prompt's last letter becomes one token with a following g.
        Function<String, int[]> joining = text -> TOKENIZER.encode(text.replace("fg", "j"));
        AnswerTask task = task(List.of("g", "c"), "cf");
        List<AnswerScore> scores = new AnswerScorer(
                        MODEL, new AnswerScorer.Encoding(joining, 0, TOKENIZER), new AnswerScorer.Options(1, 0, 5))
                .score(task, Optional.empty(), (done, all) -> {}, () -> false);
        // After c: j, or f and then c.
        assertThat(logs(scores.get(0).without()))
                .containsExactly(new double[] {read("c", "j")[0], read("c", "fc")[0]}, within(1e-9));
    }

    /** What is cut is the question's beginning; ids that stand before every text stay. */
    @Test
    void aPromptThatIsTooLongLosesItsBeginning() {
        int room = TINY.model().maxPositions();
        String tail = "cdegh".repeat(room / 5 + 1);
        for (int prefix : new int[] {0, 1}) {
            String before = "j".repeat(prefix);
            AnswerTask longer = task(List.of("c", "gd"), before + "f".repeat(7) + tail);
            AnswerScore cut = new AnswerScorer(
                            MODEL,
                            new AnswerScorer.Encoding(TOKENIZER::encode, prefix, TOKENIZER),
                            new AnswerScorer.Options(1, 0, 5))
                    .score(longer, Optional.empty(), (done, all) -> {}, () -> false)
                    .get(0);
            // The thought takes START, three tokens and END; the last token of an answer is not read.
            int kept = room - 5 - 1 - prefix;
            String rest = tail.substring(tail.length() - kept);
            double[] expected = read(before + rest, "gd");
            assertThat(logs(cut.without())[1]).isCloseTo(expected[0], within(1e-9));
            assertThat(logs(cut.thinking().orElseThrow().with())[1]).isCloseTo(expected[1], within(1e-9));
        }
    }

    @Test
    void anAnswerBeyondThePositionsIsRefusedWithFileAndLine() {
        AnswerTask task = task(List.of("c", "g".repeat(30)), "cde");
        assertThatThrownBy(() -> score(MODEL, task, 4, 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith("letters.jsonl:1: the answer alone, of 30 tokens, takes ")
                .hasMessageEndingWith("but the model has " + TINY.model().maxPositions() + "; shorten the answer");
        assertThatThrownBy(() -> new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(4, 0, 5)).require(task))
                .isInstanceOf(QuietStarException.class);
    }

    /** By hand: of the letters that can be an answer or its end, the token's share at each step. */
    @Test
    void lettersAreScoredAmongTheLettersThatCanBeAnAnswer() {
        List<String> letters = List.of("c", "g", "h");
        AnswerTask task = new AnswerTask(
                "letters",
                Path.of("letters.jsonl"),
                "length",
                AnswerTask.Answers.LETTERS,
                "",
                "e",
                Writing.DEFAULT,
                List.of(new AnswerItem(1, "dd", letters, 1, "all")));
        AnswerScore score = score(MODEL, task, 2, 0).get(0);
        double[] logs = new double[3];
        for (int i = 0; i < letters.size(); i++) {
            String letter = letters.get(i);
            double total = 0;
            double end = 0;
            for (String other : List.of("c", "g", "h", "e")) {
                total += Math.exp(read("dd", other)[0]);
                end += Math.exp(read("dd" + letter, other)[0]);
            }
            logs[i] = read("dd", letter)[0] - Math.log(total) + read("dd" + letter, "e")[0] - Math.log(end);
        }
        assertThat(logs(score.without())).containsExactly(logs, within(1e-9));
        assertThat(score.rightWithout()).isEqualTo(logs[1] > logs[0] && logs[1] > logs[2]);
    }

    /** A run that was killed continues: what is scored is not scored again, and the numbers are the same to the bit. */
    @Test
    void whatIsScoredSurvivesAKill() throws Exception {
        Path journal = folder.resolve("letters.unfinished.jsonl");
        var scorer = new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(2, 1, 5));
        List<Integer> heard = new ArrayList<>();
        assertThatThrownBy(() -> scorer.score(
                        TASK, Optional.of(journal), (done, all) -> heard.add(done), () -> heard.size() > 12))
                .hasMessageContaining("stopped");
        int before = heard.get(heard.size() - 1);
        // The last line broke off when the program was killed.
        String lines = Files.readString(journal);
        Files.writeString(journal, lines.substring(0, lines.length() - 20));
        heard.clear();
        List<AnswerScore> continued =
                scorer.score(TASK, Optional.of(journal), (done, all) -> heard.add(done), () -> false);
        assertThat(heard.get(1)).isBetween(before - 1, before + 2);
        heard.clear();
        scorer.score(TASK, Optional.of(journal), (done, all) -> heard.add(done), () -> false);
        assertThat(heard).containsExactly(0);
        AnswerScorer.forget(journal);
        assertThat(journal).doesNotExist();
        List<AnswerScore> whole = score(MODEL, TASK, 2, 1);
        for (int i = 0; i < whole.size(); i++) {
            assertThat(logs(continued.get(i).without()))
                    .containsExactly(logs(whole.get(i).without()), within(1e-12));
            AnswerScore.Thinking expected = whole.get(i).thinking().orElseThrow();
            AnswerScore.Thinking found = continued.get(i).thinking().orElseThrow();
            assertThat(found.words()).isEqualTo(expected.words());
            assertThat(logs(found.shuffled().orElseThrow()))
                    .containsExactly(logs(expected.shuffled().orElseThrow()), within(1e-12));
        }
    }

    @Test
    void anotherSettingBeginsAnew() throws Exception {
        Path journal = folder.resolve("letters.unfinished.jsonl");
        List<Integer> heard = new ArrayList<>();
        assertThatThrownBy(() -> new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(2, 1, 5))
                        .score(TASK, Optional.of(journal), (done, all) -> heard.add(done), () -> heard.size() > 8))
                .hasMessageContaining("stopped");
        heard.clear();
        List<String> warnings = new ArrayList<>();
        var listener = new AnswerScorer.Listener() {
            @Override
            public void onPredictions(int done, int all) {
                heard.add(done);
            }

            @Override
            public void onWarning(String message) {
                warnings.add(message);
            }
        };
        new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(2, 1, 6))
                .score(TASK, Optional.of(journal), listener, () -> false);
        assertThat(warnings)
                .containsExactly(journal + ": unfinished answers of another task, model or setting are discarded");
        assertThat(heard).startsWith(0, 2, 4);
    }

    @Test
    void choicesThatAreTheSameTokensAreRefused() {
        AnswerTask task = task(List.of("c", "C"), "cde");
        assertThatThrownBy(() -> new AnswerScorer(
                                MODEL,
                                new AnswerScorer.Encoding(
                                        text -> TOKENIZER.encode(text.toLowerCase(Locale.ROOT)), 0, TOKENIZER),
                                new AnswerScorer.Options(4, 0, 5))
                        .require(task))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        "letters.jsonl:1: the choices 'c' and 'C' are the same tokens to this model's tokenizer; take"
                                + " another tokenizer or other choices");
    }

    @Test
    void itEndsWhenItIsStopped() {
        var scorer = new AnswerScorer(MODEL, ENCODING, new AnswerScorer.Options(2, 0, 5));
        List<Integer> heard = new ArrayList<>();
        assertThatThrownBy(() ->
                        scorer.score(TASK, Optional.empty(), (done, all) -> heard.add(done), () -> heard.size() > 2))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("task letters was stopped before all items were scored");
        assertThat(heard).containsExactly(0, 2, 4);
    }
}
