package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of the two usual shapes, against the ids and the texts that Hugging Face's library recorded of them. */
class RecordedTokenizersTest {
    private static Path folder(String name) {
        return Path.of("src/test/resources/recorded/tokenizers").resolve(name);
    }

    private static JsonNode recorded(String name) throws IOException {
        return new ObjectMapper().readTree(folder(name).resolve("ids.json").toFile());
    }

    private static HfTokenizer open(String name) {
        return HfTokenizer.open(folder(name).resolve("tokenizer.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void idsAndTextsAreTheLibrarys(String name) throws IOException {
        try (Tokenizer tokenizer = open(name)) {
            assertThat(recorded(name)).hasSizeGreaterThan(20).allSatisfy(row -> {
                int[] ids = new ObjectMapper().convertValue(row.get("ids"), int[].class);
                assertThat(tokenizer.encode(row.get("text").textValue()))
                        .as(row.toString())
                        .isEqualTo(ids);
                assertThat(tokenizer.decode(ids))
                        .as(row.toString())
                        .isEqualTo(row.get("decoded").textValue());
            });
        }
    }

    /** The bytes of a text, and of the space that a tokenizer of Llama's shape puts before it. */
    @ParameterizedTest
    @CsvSource({"byte-level, 0", "byte-fallback, 1"})
    void bytesOfIdsAreBytesOfTheText(String name, int before) throws IOException {
        try (Tokenizer tokenizer = open(name)) {
            assertThat(recorded(name)).allSatisfy(row -> {
                String text = row.get("decoded").textValue();
                int bytes = IntStream.of(tokenizer.encode(row.get("text").textValue()))
                        .map(tokenizer::textBytes)
                        .sum();
                assertThat(bytes).as(text).isEqualTo(before + text.getBytes(StandardCharsets.UTF_8).length);
            });
        }
    }

    /** Padding is made where the file has none. */
    @ParameterizedTest
    @CsvSource({"byte-level, 0, 0, 1, 491", "byte-fallback, 1, 2, 576, 577"})
    void specialTokensAreFound(String name, int bos, int eos, int pad, int size) {
        try (Tokenizer tokenizer = open(name)) {
            assertThat(List.of(tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId(), tokenizer.vocabSize()))
                    .containsExactly(bos, eos, pad, size);
            assertThat(tokenizer.encode("a<|endoftext|>b</s>")).doesNotContain(bos, eos, pad);
        }
    }
}
