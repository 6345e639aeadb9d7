package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.data.SharedFiles;

class HfTokenizerTest {
    private static final String GPT2 = "data/tokenizers/gpt2/tokenizer.json";
    private static final String MISTRAL = "data/tokenizers/mistral-7b-v0.1/tokenizer.json";
    private static final String STORIES = "data/models/stories260K/tokenizer.json";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        GPT2 + ", 50256, 50256, 50257, 50258",
        MISTRAL + ", 1, 2, 32000, 32001",
        STORIES + ", 1, 2, 512, 513",
        "data/models/babyllama105/tokenizer.json, 1, 2, 105, 106"
    })
    void findsTheSpecialTokensAndAddsPadding(String name, int bos, int eos, int pad, int size) {
        try (Tokenizer tokenizer = HfTokenizer.open(SharedFiles.require(name))) {
            assertThat(List.of(tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId(), tokenizer.vocabSize()))
                    .containsExactly(bos, eos, pad, size);
            assertThat(tokenizer.fingerprint()).matches("huggingface-[0-9a-f]{64}");
            assertThat(tokenizer.decode(new int[] {bos, eos, pad})).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stories260K, prompt_apples", "stories260K, prompt_lily",
        "babyllama105, prompt_apples", "babyllama105, prompt_lily"
    })
    void idsAreThoseOfTheOracle(String model, String prompt) throws IOException {
        Path home = SharedFiles.require("data/models/" + model);
        int[] oracle = Files.readAllLines(home.resolve("oracle").resolve(prompt + ".tokens.txt")).stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> Integer.parseInt(line.trim()))
                .toArray();
        try (Tokenizer tokenizer = HfTokenizer.open(home.resolve("tokenizer.json"))) {
            assertThat(oracle[0]).isEqualTo(tokenizer.bosId());
            int[] text = Arrays.copyOfRange(oracle, 1, oracle.length);
            assertThat(tokenizer.encode(tokenizer.decode(oracle))).isEqualTo(text);
        }
    }

    @Test
    void storiesGreedyTokensReadAsTheStory() throws IOException {
        Path home = SharedFiles.require("data/models/stories260K");
        int[] ids = Files.readAllLines(home.resolve("oracle/greedy_from_bos.tokens.txt")).stream()
                .filter(line -> !line.isBlank())
                .mapToInt(Integer::parseInt)
                .toArray();
        try (Tokenizer tokenizer = HfTokenizer.open(home.resolve("tokenizer.json"))) {
            assertThat(tokenizer.decode(ids))
                    .startsWith("Once upon a time, there was a little girl named Lily. She loved to play outside");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GPT2, MISTRAL})
    void realDocumentsGoThereAndBack(String name) throws IOException {
        Path corpus = SharedFiles.require("data/corpora/c4-sample.jsonl");
        var json = new ObjectMapper();
        try (Tokenizer tokenizer = HfTokenizer.open(SharedFiles.require(name));
                var lines = Files.lines(corpus)) {
            for (String line : (Iterable<String>) lines::iterator) {
                String text = json.readTree(line).get("text").asText();
                int[] ids = tokenizer.encode(text);
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
                assertThat(ids).doesNotContain(tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId());
                // The leading space that Mistral's tokenizer puts before a text is one byte more.
                int bytes = IntStream.of(ids).map(tokenizer::textBytes).sum();
                assertThat(bytes - text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                        .isEqualTo(name.equals(MISTRAL) ? 1 : 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GPT2, MISTRAL, STORIES})
    void spelledSpecialsAreText(String name) {
        try (Tokenizer tokenizer = HfTokenizer.open(SharedFiles.require(name))) {
            for (String text : List.of("a <s> b</s>", "<|endoftext|>", "</s>", "<unk><s>", "x<|endoftext|>y </s> z")) {
                int[] ids = tokenizer.encode(text);
                assertThat(ids).doesNotContain(tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId());
                if (!name.equals(STORIES)) { // its 512 tokens have no '<': byte fallback spells it
                    assertThat(tokenizer.decode(ids)).isEqualTo(text);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GPT2, MISTRAL})
    void oddTextSurvives(String name) {
        try (Tokenizer tokenizer = HfTokenizer.open(SharedFiles.require(name))) {
            String text = "nul \u0000 emoji \uD83D\uDE00 \n\n  tabs\t\tß 漢字";
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            assertThat(tokenizer.encode("")).isEmpty();
            assertThat(tokenizer.encode("word ".repeat(5000))).hasSizeGreaterThanOrEqualTo(5000);
        }
    }

    @Test
    void aUnigramPieceThatSpellsASpecialIsCutOpen() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, """
                {"added_tokens": [{"id": 1, "content": "</s>", "special": true, "single_word": false, "lstrip": false,
                  "rstrip": false, "normalized": false}],
                 "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["</s>", 0.0], ["<", -5.0],
                  ["/", -5.0], ["s", -5.0], [">", -5.0], ["a", -5.0]]}}
                """);
        try (Tokenizer tokenizer = HfTokenizer.open(file)) {
            assertThat(tokenizer.encode("a</s>a")).containsExactly(6, 2, 3, 4, 5, 6);
            assertThat(tokenizer.bosId()).isEqualTo(-1);
            assertThat(tokenizer.padId()).isEqualTo(7);
        }
    }

    @Test
    void addedTokensBehindASpecialKeepTheirIds() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, wordLevel("""
                {"id": 3, "content": "<|endoftext|>", "special": true, "single_word": false, "lstrip": false,
                 "rstrip": false, "normalized": false},
                {"id": 4, "content": "zz", "special": false, "single_word": false, "lstrip": false,
                 "rstrip": false, "normalized": false},
                {"id": 5, "content": "<pad>", "special": true, "single_word": false, "lstrip": false,
                 "rstrip": false, "normalized": false}"""));
        try (Tokenizer tokenizer = HfTokenizer.open(file)) {
            assertThat(tokenizer.encode("azza")).contains(4);
            assertThat(tokenizer.eosId()).isEqualTo(3);
            assertThat(tokenizer.padId()).isEqualTo(5);
            assertThat(tokenizer.vocabSize()).isEqualTo(6);
        }
    }

    @Test
    void badFilesAreNamed() throws IOException {
        Path missing = folder.resolve("none.json");
        assertThatThrownBy(() -> HfTokenizer.open(missing))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("is not there");
        assertThatThrownBy(() -> HfTokenizer.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("is a folder");
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\n\"model\": {");
        assertThatThrownBy(() -> HfTokenizer.open(broken))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("broken.json:2")
                .hasMessageContaining("no valid JSON");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"a\": 1}");
        assertThatThrownBy(() -> HfTokenizer.open(other))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("model.vocab");
        Path noEnd = Files.writeString(folder.resolve("noend.json"), wordLevel(""));
        assertThatThrownBy(() -> HfTokenizer.open(noEnd))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("no token that ends a document")
                .hasMessageContaining("<|endoftext|>");
        Path unknownModel =
                Files.writeString(folder.resolve("kind.json"), wordLevel("").replace("WordLevel", "Telepathy"));
        assertThatThrownBy(() -> HfTokenizer.open(unknownModel))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("rejects");
    }

    private static String wordLevel(String addedTokens) {
        return "{\"version\": \"1.0\", \"added_tokens\": [" + addedTokens + "], \"model\": {\"type\": \"WordLevel\","
                + " \"unk_token\": \"[UNK]\", \"vocab\": {\"[UNK]\": 0, \"a\": 1, \"b\": 2}}}";
    }
}
