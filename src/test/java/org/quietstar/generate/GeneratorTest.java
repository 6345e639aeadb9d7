package org.quietstar.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LossOptions;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TinyModel;
import org.quietstar.thought.TokenRules;

/** Generation with cached keys against the same without a cache, in double precision, on tiny random models. */
class GeneratorTest {
    private static final GenerationListener NOBODY = new GenerationListener() {};
    /** Positions enough for what the tests write: 96. */
    private static final ThoughtLayout SIZES = new ThoughtLayout(1, 90, 1, 3, 2);

    private static final List<int[]> PROMPTS = List.of(
            new int[] {3, 5, 7},
            new int[] {4},
            new int[] {9, 9, 2, 3, 4, 5, 6, 7, 8, 2, 5},
            new int[] {6, 2},
            new int[] {5, 4, 3, 2, 9},
            new int[] {8, 3, 8, 3, 8, 3, 8},
            new int[] {2, 7});

    private static ThinkingModel model(TinyModel tiny) {
        // The id that ends a text is banned, too, so that all texts get as long as they may.
        List<Integer> emitted = List.of(TinyModel.PAD, TinyModel.BANNED, TinyModel.VOCAB - 1);
        return ThinkingModel.of(
                tiny.model(),
                tiny.thought(),
                tiny.parameters(),
                new TokenRules(TinyModel.PAD, emitted, List.of(TinyModel.PAD, 4)));
    }

    static Stream<ThinkingModel> models() {
        var oneToken = new ThoughtLayout(1, 90, 1, 1, 1);
        return Stream.of(
                model(TinyModel.of(true, 0, SIZES)),
                model(TinyModel.of(false, 4, SIZES)),
                model(TinyModel.withKeyValueHeads(4, 0, SIZES)),
                model(TinyModel.withKeyValueHeads(1, 3, oneToken)),
                model(TinyModel.of(true, 0, SIZES, Mixer.SIGMOID, LossOptions.DEFAULT, DataType.DOUBLE)));
    }

    private static GenerateOptions.Builder options(int tokens) {
        return GenerateOptions.builder()
                .maxTokens(tokens)
                .seed(3)
                .temperature(0.8)
                .repetitionPenalty(1.2)
                .topP(0.95)
                .thoughtTemperature(1.0);
    }

    private static List<Generation> generate(ThinkingModel model, GenerateOptions options, List<int[]> prompts) {
        List<Generator.Prompt> all = new ArrayList<>();
        prompts.forEach(ids -> all.add(new Generator.Prompt(all.size(), "", ids)));
        try (var generator = new Generator(model, new LetterTokenizer())) {
            return generator.generate(all, options, NOBODY);
        }
    }

    private static void assertSame(List<GeneratedToken> actual, List<GeneratedToken> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            GeneratedToken a = actual.get(i);
            GeneratedToken e = expected.get(i);
            assertThat(a.id()).as("token %d", i).isEqualTo(e.id());
            assertThat(a.logProbability()).isCloseTo(e.logProbability(), within(1e-9));
            if (a.baseLogProbability().isPresent() && e.baseLogProbability().isPresent()) {
                assertThat(a.baseLogProbability().getAsDouble())
                        .isCloseTo(e.baseLogProbability().getAsDouble(), within(1e-9));
            }
            assertThat(a.thought().map(Thought::ids)).isEqualTo(e.thought().map(Thought::ids));
            assertThat(a.thought().map(Thought::weight).orElse(0.0))
                    .isCloseTo(e.thought().map(Thought::weight).orElse(0.0), within(1e-9));
        }
    }

    /** A pause that reads as a token is a thought of that token, of which nothing is told. */
    @Test
    void pausesAreThoughtsWithoutWords() {
        TinyModel tiny = TinyModel.of(true, 0, SIZES);
        ThinkingModel thinking = model(tiny);
        INDArray row = tiny.parameters()
                .get(DecoderParameters.embedding(tiny.model()))
                .getRow(5)
                .div(tiny.thought().embeddingScale());
        Parameters all = tiny.parameters().and(new Parameters(Map.of(ThoughtParameters.PAUSE, row.dup('c'))));
        ThinkingModel pausing = ThinkingModel.of(tiny.model(), tiny.thought(), all, thinking.tokens());
        assertThat(pausing.pauses()).isTrue();
        assertThat(thinking.pauses()).isFalse();
        int[] ids = {3, 5, 7};
        var given = new NextTokenPredictor.Text(ids, 1, Optional.of(List.of(5, 5, 5)));
        var pause = new NextTokenPredictor.Text(ids, 1, Optional.empty());
        try (var a = new NextTokenPredictor(thinking, 1, 1);
                var b = new NextTokenPredictor(pausing, 1, 1)) {
            NextTokenPredictor.Prediction expected = a.predict(List.of(given)).get(0);
            NextTokenPredictor.Prediction found = b.predict(List.of(pause)).get(0);
            for (int id = 2; id < TinyModel.VOCAB - 1; id++) {
                assertThat(found.with(id)).isCloseTo(expected.with(id), within(1e-12));
                assertThat(found.without(id)).isCloseTo(expected.without(id), within(1e-12));
            }
            assertThat(found.thought().orElseThrow().isPause()).isTrue();
            assertThat(found.thought().orElseThrow().weight())
                    .isCloseTo(expected.thought().orElseThrow().weight(), within(1e-12));
        }
    }

    @Test
    void contentsOfThoughtsBeforeOneToken() {
        ThinkingModel model = model(TinyModel.of(true, 0, SIZES));
        List<NextTokenPredictor.Text> texts = List.of(
                new NextTokenPredictor.Text(new int[] {3, 5, 7}, 1, Optional.empty()),
                new NextTokenPredictor.Text(new int[] {9, 2, 8, 6}, 1, Optional.empty()));
        Map<ThoughtContent, List<NextTokenPredictor.Prediction>> found = new LinkedHashMap<>();
        for (ThoughtContent content : ThoughtContent.values()) {
            try (var predictor = new NextTokenPredictor(model, 2, 1, content)) {
                found.put(content, predictor.predict(texts));
            }
        }
        List<List<Integer>> blind = ids(found.get(ThoughtContent.BLIND));
        assertThat(blind.get(0)).as("the same seed, another text").isEqualTo(blind.get(1));
        assertThat(ids(found.get(ThoughtContent.RANDOM)).get(0)).isNotEqualTo(blind.get(0));
        assertThat(found.get(ThoughtContent.PAUSE)
                        .get(0)
                        .thought()
                        .orElseThrow()
                        .isPause())
                .isTrue();
        assertThat(found.get(ThoughtContent.PAUSE).get(0).with(5))
                .isNotEqualTo(found.get(ThoughtContent.OWN).get(0).with(5));
        // A thought that was drawn blind is read as any other.
        var given = new NextTokenPredictor.Text(new int[] {3, 5, 7}, 1, Optional.of(blind.get(0)));
        try (var predictor = new NextTokenPredictor(model, 1, 1)) {
            double expected = predictor.predict(List.of(given)).get(0).with(5);
            assertThat(found.get(ThoughtContent.BLIND).get(0).with(5)).isCloseTo(expected, within(1e-12));
        }
        found.values()
                .forEach(each -> assertThat(each.get(1).without(5))
                        .isCloseTo(found.get(ThoughtContent.OWN).get(1).without(5), within(1e-12)));
    }

    private static List<List<Integer>> ids(List<NextTokenPredictor.Prediction> predictions) {
        return predictions.stream()
                .map(each -> each.thought().orElseThrow().ids())
                .toList();
    }

    static Stream<ThinkingModel> withoutMixingHead() {
        return Stream.of(model(TinyModel.of(true, 0, SIZES, Mixer.NONE, LossOptions.DEFAULT, DataType.DOUBLE)));
    }

    @ParameterizedTest
    @MethodSource({"models", "withoutMixingHead"})
    void withCacheAsWithout(ThinkingModel model) {
        for (ThinkWhen when : List.of(new ThinkWhen.Always(), new ThinkWhen.Never(), new ThinkWhen.EntropyAbove(1.2))) {
            GenerateOptions options = options(7).thinkWhen(when).build();
            List<GeneratedToken> expected = new NaiveGenerator(model, options).generate(PROMPTS.get(0));
            assertSame(generate(model, options, List.of(PROMPTS.get(0))).get(0).tokens(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void comparedWithTheModelWithoutThoughts(ThinkingModel model) {
        GenerateOptions options = options(7).compare(true).build();
        List<GeneratedToken> expected = new NaiveGenerator(model, options).generate(PROMPTS.get(0));
        List<GeneratedToken> actual =
                generate(model, options, List.of(PROMPTS.get(0))).get(0).tokens();
        assertSame(actual, expected);
        assertThat(actual).allSatisfy(token -> {
            assertThat(token.gain()).isPresent();
            assertThat(token.gain().getAsDouble()).isNotZero();
        });
        GenerateOptions plain = options(7).build();
        assertThat(generate(model, plain, List.of(PROMPTS.get(0))).get(0).tokens())
                .allSatisfy(token -> assertThat(token.gain()).isEmpty());
    }

    @Test
    void samplesOfOnePromptDifferAndTheFirstIsWhatItAlwaysWas() {
        ThinkingModel model = model(TinyModel.of(false, 0, SIZES));
        GenerateOptions options = options(7).build();
        List<Generator.Prompt> all = new ArrayList<>();
        for (SampledPrompt prompt : SampledPrompt.of(List.of("a", "b", "a"), 2)) {
            int[] ids = PROMPTS.get(prompt.text().equals("a") ? 0 : 1);
            all.add(new Generator.Prompt(all.size(), prompt.text(), prompt.sample(), ids, new int[0]));
        }
        assertThat(all).extracting(Generator.Prompt::sample).containsExactly(0L, 1L, 0L, 1L, 2L, 3L);
        try (var generator = new Generator(model, new LetterTokenizer())) {
            List<List<Integer>> texts = generator.generate(all, options, NOBODY).stream()
                    .map(text -> text.tokens().stream().map(GeneratedToken::id).toList())
                    .toList();
            assertThat(List.of(texts.get(0), texts.get(1), texts.get(4), texts.get(5)))
                    .doesNotHaveDuplicates();
            assertThat(texts.get(2)).isNotEqualTo(texts.get(3));
            assertSame(
                    generator.generate(all, options, NOBODY).get(0).tokens(),
                    generate(model, options, List.of(PROMPTS.get(0))).get(0).tokens());
        }
    }

    @Test
    void aGivenTextIsReadAsItWouldBeWritten() {
        ThinkingModel model = model(TinyModel.of(false, 0, SIZES));
        GenerateOptions options = options(7).compare(true).build();
        List<GeneratedToken> written =
                generate(model, options, List.of(PROMPTS.get(0))).get(0).tokens();
        int[] ids = written.stream().mapToInt(GeneratedToken::id).toArray();
        try (var generator = new Generator(model, new LetterTokenizer())) {
            var prompts = List.of(
                    new Generator.Prompt(0, "", 0, PROMPTS.get(0), ids),
                    new Generator.Prompt(1, "", 0, PROMPTS.get(1), new int[] {5, 5, 5}));
            GenerateOptions others =
                    options(2).compare(true).temperature(0).stop(List.of("f")).build();
            List<Generation> read = generator.generate(prompts, others, NOBODY);
            assertSame(read.get(0).tokens(), written);
            assertThat(read.get(0).tokens())
                    .allSatisfy(token -> assertThat(token.gain()).isPresent());
            assertThat(read.get(1).tokens()).extracting(GeneratedToken::id).containsExactly(5, 5, 5);
        }
    }

    @Test
    void whoeverStopsItHasWhatWasWrittenUntilThen() {
        ThinkingModel model = model(TinyModel.of(false, 0, SIZES));
        List<GeneratedToken> whole = generate(model, options(9).build(), List.of(PROMPTS.get(0)))
                .get(0)
                .tokens();
        List<String> ends = new ArrayList<>();
        var count = new AtomicInteger();
        try (var generator = new Generator(model, new LetterTokenizer())) {
            var prompts = List.of(new Generator.Prompt(0, "", PROMPTS.get(0)));
            var listener = new GenerationListener() {
                @Override
                public void onToken(int prompt, GeneratedToken token) {
                    count.incrementAndGet();
                }

                @Override
                public void onEnd(int prompt, Generation generation) {
                    ends.add(generation.text());
                }
            };
            Generation cut = generator
                    .generate(prompts, options(9).build(), listener, () -> count.get() == 4)
                    .get(0);
            assertThat(cut.finish()).isEqualTo(Generation.Finish.CANCELLED);
            assertSame(cut.tokens(), whole.subList(0, 4));
            assertThat(ends).containsExactly(cut.text());
            assertThat(cut.text()).hasSize(4);
        }
    }

    /** The context grows over two sizes of plans here. */
    @Test
    void aLongTextIsRightToItsEnd() {
        ThinkingModel model = model(TinyModel.of(false, 0, SIZES));
        int[] prompt = IntStream.range(0, 58).map(i -> 2 + i * i % 8).toArray();
        GenerateOptions options = options(8).build();
        List<GeneratedToken> expected = new NaiveGenerator(model, options).generate(prompt);
        assertSame(generate(model, options, List.of(prompt)).get(0).tokens(), expected);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aBatchOfUnequalPromptsGivesWhatEachGivesAlone(ThinkingModel model) {
        for (ThinkWhen when : List.of(new ThinkWhen.Always(), new ThinkWhen.Never(), new ThinkWhen.EntropyAbove(1.2))) {
            GenerateOptions options = options(6).thinkWhen(when).build();
            List<Generation> together = generate(model, options, PROMPTS);
            for (int i = 0; i < PROMPTS.size(); i++) {
                List<int[]> one = List.of(PROMPTS.get(i));
                assertSame(
                        together.get(i).tokens(),
                        generate(model, options, one).get(0).tokens());
            }
        }
    }

    @Test
    void sequencesThatEndEarlyLeaveTheOthersAsTheyAre() {
        ThinkingModel all = model(TinyModel.of(false, 0, SIZES));
        ThinkingModel model = all.with(all.settings(), TokenRules.never(List.of(TinyModel.PAD)));
        GenerateOptions options =
                options(5).temperature(2).stop(List.of("f", "gc")).build();
        List<Generation> together = generate(model, options, PROMPTS);
        assertThat(together)
                .extracting(Generation::finish)
                .contains(Generation.Finish.LENGTH, Generation.Finish.END_OF_TEXT, Generation.Finish.STOP);
        for (int i = 0; i < PROMPTS.size(); i++) {
            Generation alone = generate(model, options, List.of(PROMPTS.get(i))).get(0);
            assertThat(together.get(i).text()).isEqualTo(alone.text()).doesNotContain("f", "gc", "k");
            assertSame(together.get(i).tokens(), alone.tokens());
        }
    }

    @Test
    void withoutWeightForThoughtsThinkingChangesNothing() {
        TinyModel tiny = TinyModel.of(false, 0, SIZES, Mixer.LINEAR, LossOptions.DEFAULT, DataType.FLOAT);
        Map<String, INDArray> arrays = new LinkedHashMap<>(tiny.parameters().asMap());
        arrays.put(ThoughtParameters.W3, arrays.get(ThoughtParameters.W3).mul(0));
        ThinkingModel random = model(tiny);
        var model = ThinkingModel.of(random.config(), random.settings(), new Parameters(arrays), random.tokens());
        List<Generation> on = generate(model, options(40).build(), PROMPTS);
        List<Generation> off = generate(
                model, options(40).thoughts(GenerateOptions.Thoughts.OFF).build(), PROMPTS);
        for (int i = 0; i < PROMPTS.size(); i++) {
            assertThat(on.get(i).text()).isEqualTo(off.get(i).text()).hasSize(40);
            assertThat(on.get(i).tokens())
                    .allSatisfy(token ->
                            assertThat(token.thought().orElseThrow().weight()).isZero());
            assertThat(off.get(i).tokens())
                    .allSatisfy(token -> assertThat(token.thought()).isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void bannedIdsAreNeverThoughtOrEmitted(ThinkingModel model) {
        GenerateOptions options =
                options(30).temperature(5).thoughtTemperature(5).build();
        for (Generation each : generate(model, options, PROMPTS)) {
            assertThat(each.tokens())
                    .extracting(GeneratedToken::id)
                    .doesNotContainAnyElementsOf(model.tokens().neverInText())
                    .contains(4);
            assertThat(each.tokens())
                    .flatExtracting(token -> token.thought().orElseThrow().ids())
                    .hasSize(30 * model.thoughtTokens())
                    .doesNotContain(TinyModel.PAD, TinyModel.BANNED, 4, TinyModel.VOCAB, TinyModel.VOCAB + 1);
        }
    }

    @Test
    void beyondTheLimitIsAnErrorBeforeAnythingIsWritten() {
        ThinkingModel model = model(TinyModel.of(true, 0, SIZES));
        int limit = model.config().maxPositions();
        int thought = model.thoughtTokens() + 2;
        int most = limit - 3 - thought + 1;
        assertThat(generate(model, options(most).build(), List.of(PROMPTS.get(0)))
                        .get(0)
                        .tokens())
                .hasSize(most);
        assertThatThrownBy(() -> generate(model, options(most + 1).build(), List.of(PROMPTS.get(0))))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(
                        "max-tokens " + (most + 1), "prompt of 3 tokens", (limit + 1) + " positions", "on-limit slide");
    }

    @Test
    void slidingGoesOnAsFromAPromptOfTheKeptTokens() {
        ThinkingModel model = model(TinyModel.of(true, 0, SIZES));
        int limit = model.config().maxPositions();
        int step = model.thoughtTokens() + 3;
        int kept = (limit - step + 1) / 2;
        int before = limit - step - 3 + 2; // tokens that fit after a prompt of 3
        GenerateOptions options = options(before + 6)
                .repetitionPenalty(1)
                .onLimit(GenerateOptions.OnLimit.SLIDE)
                .build();
        int[] prompt = {2, 5, 7}; // begins with the id that begins a document
        List<GeneratedToken> tokens =
                generate(model, options, List.of(prompt)).get(0).tokens();
        int[] all = IntStream.concat(
                        IntStream.of(prompt), tokens.stream().limit(before).mapToInt(GeneratedToken::id))
                .toArray();
        int[] context = IntStream.of(all).skip(all.length - kept).toArray();
        context[0] = 2;
        GenerateOptions rest = options(6).repetitionPenalty(1).build();
        List<GeneratedToken> expected = new NaiveGenerator(model, rest).generateAfter(before, context);
        assertSame(tokens.subList(before, before + 6), expected);
    }
}
