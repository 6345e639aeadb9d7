package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.BeginOfText;

/** Which ids end, begin and fill up a text, and who says so. */
class SpecialIdsTest {
    /** Ordinary pieces that look like ends, as Qwen's vocabulary has them, and special tokens behind them. */
    private static final String QWEN = "{\"added_tokens\": [" + special(4, "<|endoftext|>") + ", "
            + special(5, "<|im_start|>") + ", " + special(6, "<|im_end|>") + "], \"model\": {\"type\": \"WordLevel\","
            + " \"unk_token\": \"[UNK]\", \"vocab\": {\"[UNK]\": 0, \"</s>\": 1, \"<s>\": 2, \"<pad>\": 3,"
            + " \"<|endoftext|>\": 4, \"<|im_start|>\": 5, \"<|im_end|>\": 6, \"a\": 7}}%s}";

    @TempDir
    private Path folder;

    private static String special(int id, String content) {
        return "{\"id\": " + id + ", \"content\": \"" + content + "\", \"special\": true, \"normalized\": false,"
                + " \"single_word\": false, \"lstrip\": false, \"rstrip\": false}";
    }

    private HfTokenizer open(String more) throws IOException {
        return HfTokenizer.open(Files.writeString(folder.resolve("tokenizer.json"), QWEN.replace("%s", more)));
    }

    private void beside(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    @Test
    void anOrdinaryPieceIsNoEndHoweverItIsCalled() throws IOException {
        try (Tokenizer tokenizer = open("")) {
            assertThat(tokenizer.eosId()).isEqualTo(4);
            assertThat(tokenizer.endIds()).containsExactly(4);
            assertThat(tokenizer.bosId()).isEqualTo(4);
            assertThat(tokenizer.padId()).as("<pad> is text here").isEqualTo(8);
            assertThat(tokenizer.encode("</s>")).containsExactly(1);
            assertThat(tokenizer.textBytes(1)).isEqualTo(4);
        }
    }

    @Test
    void theFilesBesideSayWhichTheFirstOfThemWins() throws IOException {
        beside("tokenizer_config.json", "{\"eos_token\": {\"content\": \"<|im_end|>\"}, \"bos_token\": null}");
        try (Tokenizer tokenizer = open("")) {
            assertThat(tokenizer.endIds()).containsExactly(6);
        }
        beside("config.json", "{\"eos_token_id\": [5, 99, 7], \"bos_token_id\": 5, \"pad_token_id\": 6}");
        try (Tokenizer tokenizer = open("")) {
            assertThat(tokenizer.endIds()).as("99 is no id").containsExactlyInAnyOrder(5, 7);
            assertThat(tokenizer.eosId()).isEqualTo(5);
            assertThat(tokenizer.bosId()).isEqualTo(5);
            assertThat(tokenizer.padId()).isEqualTo(6);
            assertThat(tokenizer.encode("a")).as("an end id may be text").containsExactly(7);
        }
        beside("generation_config.json", "{\"eos_token_id\": [6, 4], \"temperature\": Infinity}");
        try (Tokenizer tokenizer = open("")) {
            assertThat(List.copyOf(tokenizer.endIds())).containsExactly(6, 4);
            assertThat(tokenizer.padId()).as("an end is no padding").isEqualTo(8);
        }
        beside("generation_config.json", "{\"eos_token_id\": ");
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("generation_config.json:1: is no valid JSON");
    }

    @Test
    void textsBeginAsTheTemplateOrTheFileBesideSays() throws IOException {
        try (Tokenizer tokenizer = open("")) {
            assertThat(Tokenizers.textPrefix(tokenizer, BeginOfText.AUTO)).isEmpty();
            assertThat(Tokenizers.textPrefix(tokenizer, BeginOfText.ON)).containsExactly(4);
        }
        beside("tokenizer_config.json", "{\"add_bos_token\": true, \"bos_token\": \"<|im_start|>\"}");
        try (Tokenizer tokenizer = open("")) {
            assertThat(Tokenizers.textPrefix(tokenizer, BeginOfText.AUTO)).containsExactly(5);
            assertThat(Tokenizers.textPrefix(tokenizer, BeginOfText.OFF)).isEmpty();
        }
        Tokenizer bytes = new ByteTokenizer();
        assertThat(Tokenizers.textPrefix(bytes, BeginOfText.AUTO)).isEmpty();
        assertThat(Tokenizers.textPrefix(bytes, BeginOfText.ON)).containsExactly(256);
    }

    @Test
    void anotherFormOfTokenizerIsNamedWithTheWayOut() throws IOException {
        beside("tokenizer.model", "sentences");
        assertThatThrownBy(() -> HfTokenizer.open(folder.resolve("tokenizer.json")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("tokenizer.json", "tokenizer.model", "save_pretrained");
    }
}
