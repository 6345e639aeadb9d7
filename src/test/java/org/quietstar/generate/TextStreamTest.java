package org.quietstar.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.data.SharedFiles;
import org.quietstar.tokenizer.ByteTokenizer;
import org.quietstar.tokenizer.HfTokenizer;
import org.quietstar.tokenizer.Tokenizer;

/** Text as it streams: whole characters, nothing of a stop string, in sum what the ids say. */
class TextStreamTest {
    private static final Tokenizer BYTES = new ByteTokenizer();

    private static String stream(TextStream stream, Tokenizer tokenizer, String text) {
        var heard = new StringBuilder();
        for (int id : tokenizer.encode(text)) {
            String piece = stream.add(id);
            assertThat(piece).doesNotContain("\uFFFD");
            heard.append(piece);
            if (stream.stopped()) {
                break;
            }
        }
        return heard.append(stream.end()).toString();
    }

    @Test
    void charactersComeWhole() {
        var stream = new TextStream(BYTES, List.of(), BYTES.encode("vor"));
        byte[] bytes = {(byte) 0xF0, (byte) 0x9F, (byte) 0x98, (byte) 0x80};
        for (int i = 0; i < 3; i++) {
            assertThat(stream.add(bytes[i] & 0xFF)).isEmpty();
        }
        assertThat(stream.add(bytes[3] & 0xFF)).isEqualTo("😀");
        assertThat(stream(new TextStream(BYTES, List.of()), BYTES, "naïve – 日本 😀"))
                .isEqualTo("naïve – 日本 😀");
    }

    @Test
    void whatNeverBecomesACharacterIsReplacedAtTheEnd() {
        var stream = new TextStream(BYTES, List.of());
        assertThat(stream.add('a')).isEqualTo("a");
        assertThat(stream.add(0xE4)).isEmpty();
        assertThat(stream.end()).isEqualTo("\uFFFD");
        assertThat(stream.text()).isEqualTo("a\uFFFD");
    }

    @Test
    void nothingOfAStopStringIsHeard() {
        var stream = new TextStream(BYTES, List.of("END", "\n\n"));
        assertThat(stream(stream, BYTES, "E EN\n ENE END more")).isEqualTo("E EN\n ENE ");
        assertThat(stream.stopped()).isTrue();
        assertThat(stream.text()).isEqualTo("E EN\n ENE ");
        assertThat(stream(new TextStream(BYTES, List.of("END")), BYTES, "the EN"))
                .isEqualTo("the EN");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomTextCutAtTheFirstStopString(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            var text = new StringBuilder();
            random.ints(30, 0, 3).forEach(c -> text.append("ab\u00e9".charAt(c)));
            String stop = text.substring(10 + random.nextInt(5), 16);
            var stream = new TextStream(BYTES, List.of(stop, "zz"));
            assertThat(stream(stream, BYTES, text.toString())).isEqualTo(text.substring(0, text.indexOf(stop)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "mistral-7b-v0.1"})
    void realTokenizersStreamWhatTheyDecode(String name) {
        try (Tokenizer tokenizer =
                HfTokenizer.open(SharedFiles.require("data/tokenizers/" + name + "/tokenizer.json"))) {
            String text = " and then – naïvely – 東京 😀😀, twice.\n\nDone";
            var stream = new TextStream(tokenizer, List.of(), tokenizer.encode("Once upon a time"));
            assertThat(stream(stream, tokenizer, text).strip()).isEqualTo(text.strip());
        }
    }
}
