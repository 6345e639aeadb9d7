package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;

/** What counts is what two tokenizers make of the text, not how their files are written. */
class AgreeingTokenizerTest {
    private static final Path TINY = Path.of("datasets/tiny/tokenizer.json");
    private static final String TEXT = "hall red wait blue kitchen";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private HfTokenizer written(JsonNode root) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
        return HfTokenizer.open(file);
    }

    @Test
    void aFileThatIsWrittenInAnotherWayIsTheSameTokenizer() throws IOException {
        try (var first = HfTokenizer.open(TINY);
                var second = written(JSON.readTree(Files.readString(TINY)))) {
            assertThat(second.fingerprint()).isNotEqualTo(first.fingerprint());
            Tokenizer both = AgreeingTokenizer.of(first, second);
            assertThat(both.encode(TEXT)).isEqualTo(first.encode(TEXT)).hasSize(5);
            assertThat(both.fingerprint()).isEqualTo(first.fingerprint());
        }
    }

    @Test
    void theFirstTokenThatDiffersIsNamed() throws IOException {
        JsonNode root = JSON.readTree(Files.readString(TINY));
        ObjectNode vocabulary = (ObjectNode) root.at("/model/vocab");
        int red = vocabulary.get("red").asInt();
        int blue = vocabulary.get("blue").asInt();
        vocabulary.put("red", blue).put("blue", red);
        try (var first = HfTokenizer.open(TINY);
                var second = written(root)) {
            Tokenizer both = AgreeingTokenizer.of(first, second);
            assertThat(both.encode("hall wait kitchen")).hasSize(3);
            assertThatThrownBy(() -> both.encode(TEXT))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll(
                            "different tokenizers",
                            "hall red",
                            "id " + red + " at token 1",
                            "id " + blue + " at token 1",
                            "bits per byte");
        }
    }

    @Test
    void anotherEndOfADocumentIsRefusedAtOnce() throws IOException {
        try (var first = HfTokenizer.open(TINY);
                var bytes = new ByteTokenizer()) {
            assertThatThrownBy(() -> AgreeingTokenizer.of(first, bytes))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("ends a document with id " + first.eosId(), "the other " + bytes.eosId());
        }
    }
}
