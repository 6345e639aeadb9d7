package org.quietstar.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;

class JsonTextTest {
    @TempDir
    private Path folder;

    @Test
    void whatPythonWritesIsRead() throws Exception {
        assertThat(JsonText.parse("{\"a\": [NaN, Infinity, -Infinity, 1e999], \"b\": 2}")
                        .path("b")
                        .intValue())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": 1 | 1 | breaks off",
                "`` | 1 | it is empty",
                "{\"a\" 1} | 1 | should not read: 1}",
                "{}{} | 1 | should not read",
                "<!DOCTYPE html><p>Sign in</p> | 1 | web page",
                "[1, 2, nul] | 1 | should not read: ",
            })
    void aFaultIsSaidInPlainWords(String text, long line, String words) {
        assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOfSatisfying(JsonText.Fault.class, fault -> {
            assertThat(fault.line()).isEqualTo(line);
            assertThat(fault.reason())
                    .startsWith("is no valid JSON: ")
                    .contains(words)
                    .doesNotContain("REDACTED", "JsonToken", "jackson", "Feature", "code 58");
        });
    }

    @Test
    void theLineIsThatOfTheFault() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "{\"a\": 1,\n\"b\": }");
        assertThatThrownBy(() -> JsonText.read(file))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(file + ":2: is no valid JSON")
                .hasMessageContaining("should not read: }");
    }

    @Test
    void whatIsTooDeepIsRefused() {
        assertThatThrownBy(() -> JsonText.parse("[".repeat(100_000)))
                .isInstanceOf(JsonText.Fault.class)
                .hasMessageContaining("too deep");
    }

    @Test
    void aKeyThatStandsTwiceIsRefusedWhereItMayNot() throws Exception {
        String twice = "{\"a\": 1, \"a\": 2}";
        assertThat(JsonText.parse(twice).path("a").intValue()).isEqualTo(2);
        assertThatThrownBy(() -> JsonText.parseUnique(twice)).hasMessageContaining("a key stands twice in it: 'a'");
    }
}
