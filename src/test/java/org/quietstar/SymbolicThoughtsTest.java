package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.data.SharedFiles;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.Generation;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.HfTokenizer;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.train.Trainer;

/** Thoughts that are made of given tokens alone: {@code thought.vocabulary}. */
class SymbolicThoughtsTest {
    private static final String RECIPE = """
            seed: 3
            tokenizer: {kind: huggingface, path: datasets/tiny/tokenizer.json}
            data: {train: [datasets/tiny/train.jsonl], sequenceLength: 14, batchSize: 4, packing: pad}
            model: {hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2, kvHeads: 1, maxPositions: 64}
            thought: {thoughtTokens: 3, lookahead: 1, vocabulary: [hall, tower, where]}
            loss: {policyShare: 0.5}
            optimizer: {warmupSteps: 1, learningRate: 0.01}
            train: {mode: quiet-star, steps: 4, gradientNormsEvery: 1}
            """;

    private static final List<String> ALLOWED = List.of("hall", "tower", "where");

    @TempDir
    private Path folder;

    private Tokenizer words;

    @BeforeEach
    void open() {
        words = HfTokenizer.open(Path.of("datasets/tiny/tokenizer.json"));
    }

    @AfterEach
    void close() {
        words.close();
    }

    private TokenRules rules(ThoughtConfig thought, int vocabSize) {
        return TokenRules.of(thought, words, ModelConfig.defaults().withVocabSize(vocabSize));
    }

    private Set<Integer> ids(List<String> texts) {
        return texts.stream().map(text -> words.encode(text)[0]).collect(Collectors.toSet());
    }

    @Test
    void allButTheVocabularyIsKeptOutOfThoughtsAndNothingOutOfTexts() {
        int size = words.vocabSize() + 2;
        TokenRules rules = rules(ThoughtConfig.defaults().withVocabulary(ALLOWED), size);
        Set<Integer> allowed = ids(ALLOWED);
        assertThat(rules.neverInThoughts())
                .isSorted()
                .containsExactlyElementsOf(IntStream.range(0, size)
                        .filter(id -> !allowed.contains(id))
                        .boxed()
                        .toList());
        assertThat(rules.neverInText()).containsExactly(words.padId(), size - 2, size - 1);
    }

    @Test
    void bannedIdsAreKeptOutOfThoughtsAlone() {
        int hall = words.encode("hall")[0];
        TokenRules rules = rules(ThoughtConfig.defaults().withBannedIds(List.of(hall)), words.vocabSize());
        assertThat(rules.neverInThoughts()).containsExactlyInAnyOrder(hall, words.padId());
        assertThat(rules.neverInText()).containsExactly(words.padId());
    }

    @Test
    void whatIsNoTokenAndAnEmptyRestAreRefused() {
        for (String wrong : List.of("hall tower", "castle", "")) {
            assertThatThrownBy(() ->
                            rules(ThoughtConfig.defaults().withVocabulary(List.of("hall", wrong)), words.vocabSize()))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("thought.vocabulary", "'" + wrong + "'", "one token");
        }
        ThoughtConfig nothing = ThoughtConfig.defaults()
                .withVocabulary(List.of("hall"))
                .withBannedIds(List.of(words.encode("hall")[0]));
        assertThatThrownBy(() -> rules(nothing, words.vocabSize()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("leave no token");
    }

    @Test
    void aTokenCountsWithOrWithoutTheBlankBeforeIt() {
        Path gpt2 = SharedFiles.require("data/tokenizers/gpt2/tokenizer.json");
        try (Tokenizer tokenizer = HfTokenizer.open(gpt2)) {
            TokenRules rules = TokenRules.of(
                    ThoughtConfig.defaults().withVocabulary(List.of("7", "+")),
                    tokenizer,
                    ModelConfig.defaults().withVocabSize(50257));
            List<Integer> allowed = IntStream.range(0, 50257)
                    .filter(id -> !rules.neverInThoughts().contains(id))
                    .boxed()
                    .toList();
            assertThat(allowed)
                    .containsExactlyInAnyOrder(
                            tokenizer.encode("7")[0],
                            tokenizer.encode(" 7")[0],
                            tokenizer.encode("+")[0],
                            tokenizer.encode(" +")[0]);
        }
    }

    private void assertThatThoughtsAreSymbolic(QuietStar model) {
        GenerateOptions options =
                GenerateOptions.builder().thoughtTemperature(1.5).seed(5).build();
        Generation read = model.read("porch red wait blue wait where", options);
        assertThat(read.tokens())
                .isNotEmpty()
                .allSatisfy(
                        token -> assertThat(token.thought().orElseThrow().ids()).isSubsetOf(ids(ALLOWED)));
    }

    @Test
    void trainingExportAndGenerationKeepToTheVocabulary() {
        RunConfig config = QuietStar.config(RECIPE);
        Path run = folder.resolve("run");
        try (Trainer trainer = QuietStar.trainer(config, run)) {
            trainer.train();
        }
        try (QuietStar model = QuietStar.load(run)) {
            assertThatThoughtsAreSymbolic(model);
            // Other tokens are still written.
            String text = model.generate(
                    "porch red",
                    GenerateOptions.builder()
                            .maxTokens(40)
                            .temperature(3)
                            .seed(1)
                            .build());
            assertThat(text.split(" ")).anyMatch(word -> !ALLOWED.contains(word));
        }
        QuietStar.export(run, folder.resolve("exported"));
        try (QuietStar model = QuietStar.load(folder.resolve("exported"))) {
            assertThatThoughtsAreSymbolic(model);
        }
    }
}
