package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.data.parquet.ParquetFiles;
import org.quietstar.tokenizer.HfTokenizer;
import org.quietstar.tokenizer.Tokenizer;

/** Conversations become text by the chat template of the tokenizer. */
class ConversationTest {
    private static final String TALK = "{\"messages\": [{\"role\": \"user\", \"content\": \"hall red\"},"
            + " {\"role\": \"assistant\", \"content\": \"garden\"}]}\n";

    @TempDir
    private Path folder;

    private Path tokenizerFile;

    /** The embedded corpus's tokenizer, whose special tokens mark the turns. */
    @BeforeEach
    void copyTokenizer() throws IOException {
        tokenizerFile = Files.copy(Path.of("datasets/tiny/tokenizer.json"), folder.resolve("tokenizer.json"));
    }

    private void template(String source) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), source);
    }

    private static DataConfig config(Path file) {
        return TestFiles.config(Packing.PAD, 12, 1, 1, 0, file).withTextField("messages");
    }

    private static int[] first(DataConfig config, Tokenizer tokenizer, List<BadRecord> bad) {
        try (TextBatches batches = TextBatches.training(config, tokenizer, 1, bad::add)) {
            TokenBatch batch = batches.next();
            return Arrays.copyOf(batch.ids(), batch.lengths()[0]);
        }
    }

    private static int[] ids(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text);
    }

    @Test
    void specialTokensOfTheTemplateAreTheirIds() throws IOException {
        template("{{ bos_token }}{% for m in messages %}{{ m.content }} [SEP] {% endfor %}".replace("[SEP]", "[UNK]"));
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), TALK);
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            int[] words = ids(tokenizer, "hall red garden");
            int unknown = 1;
            assertThat(first(config(file), tokenizer, new ArrayList<>()))
                    .containsExactly(
                            tokenizer.bosId(), words[0], words[1], unknown, words[2], unknown, tokenizer.eosId());
        }
    }

    /** Where the recipe puts the begin-of-text id before each text, and the template writes it too, it comes once. */
    @Test
    void neitherEndComesTwice() throws IOException {
        template("{{ bos_token }}{% for m in messages %} {{ m.content }} {% endfor %}{{ eos_token }}");
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), TALK);
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            int[] words = ids(tokenizer, "hall red garden");
            for (var begin : DataConfig.BeginOfText.values()) {
                assertThat(first(config(file).withBeginOfText(begin), tokenizer, new ArrayList<>()))
                        .containsExactly(tokenizer.bosId(), words[0], words[1], words[2], tokenizer.eosId());
            }
        }
    }

    @Test
    void otherNamesOfTheFieldsAndContentsInParts() throws IOException {
        template("{% for m in messages %}{% if m.role == 'user' %} {{ m.content }} {% endif %}{% endfor %}");
        Path file = TestFiles.write(
                folder.resolve("talk.jsonl"),
                "{\"messages\": [{\"from\": \"human\", \"value\": \"hall\"}, {\"from\": \"gpt\", \"value\": \"porch\"}]}\n");
        Path parts = TestFiles.write(
                folder.resolve("parts.jsonl"),
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"hall\"}]}]}\n");
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            for (Path each : List.of(file, parts)) {
                assertThat(first(config(each), tokenizer, new ArrayList<>()))
                        .containsExactly(ids(tokenizer, "hall")[0], tokenizer.eosId());
            }
        }
    }

    @Test
    void aConversationInParquetIsTheSame() throws IOException {
        template("{% for m in messages %}{{ m.content }} {% endfor %}");
        String schema = "message m { optional group messages (LIST) { repeated group list { optional group element {"
                + " optional binary role (STRING); optional binary content (STRING); } } } }";
        Path table = ParquetFiles.write(
                folder.resolve("talk.parquet"), schema, List.of(1), ParquetFiles.Form.USUAL, (row, i) -> {
                    var list = row.addGroup("messages");
                    list.addGroup("list")
                            .addGroup("element")
                            .append("role", "user")
                            .append("content", "hall red");
                    list.addGroup("list")
                            .addGroup("element")
                            .append("role", "assistant")
                            .append("content", "garden");
                });
        Path lines = TestFiles.write(folder.resolve("talk.jsonl"), TALK);
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            assertThat(first(config(table), tokenizer, new ArrayList<>()))
                    .isEqualTo(first(config(lines), tokenizer, new ArrayList<>()))
                    .hasSize(4);
        }
    }

    /** What is said decides, not how a template writes it. */
    @Test
    void anotherTemplateHoldsOutTheSameConversations() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            lines.append(TALK.replace("hall red", "hall " + "red ".repeat(1 + i % 7) + "blue ".repeat(i / 7)));
        }
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), lines.toString());
        DataConfig config = TestFiles.config(Packing.PAD, 64, 1, 1, 0.3, file).withTextField("messages");
        List<Long> hashes = new ArrayList<>();
        for (String source :
                List.of("{% for m in messages %}{{ m.content }} {% endfor %}", "x {{ messages[0].content }}")) {
            template(source);
            try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile);
                    TextBatches held = TextBatches.validation(config, tokenizer, 1, new ArrayList<BadRecord>()::add)) {
                long count = 0;
                while (held.hasNext()) {
                    held.next();
                    count++;
                }
                hashes.add(count);
            }
        }
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1)).isBetween(20L, 100L);
    }

    @Test
    void withoutATemplateItIsRefusedWithThePlaceForOne() throws IOException {
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), TALK);
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            assertThatThrownBy(() -> first(config(file), tokenizer, new ArrayList<>()))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll(
                            file.toString(),
                            "field \"messages\" is a list of 2 turns",
                            "the tokenizer has no chat template",
                            "chat_template.jinja");
        }
    }

    @Test
    void aConversationThatTheTemplateDoesNotTakeIsABadRecord() throws IOException {
        template("{% if messages[0].role != 'user' %}{{ raise_exception('begin with the user') }}{% endif %} hall ");
        String other = TALK.replace("\"user\"", "\"system\"");
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), TALK + other);
        List<BadRecord> bad = new ArrayList<>();
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile);
                TextBatches batches = TextBatches.training(config(file), tokenizer, 1, bad::add)) {
            batches.next();
            batches.next();
            assertThat(bad).hasSize(1);
            assertThat(bad.get(0).toString())
                    .startsWith(file + ":2: the chat template of ")
                    .endsWith("does not take the conversation: begin with the user");
        }
        Path all = TestFiles.write(folder.resolve("all.jsonl"), other);
        try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile)) {
            assertThatThrownBy(() -> first(config(all), tokenizer, new ArrayList<>()))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("none of the 1 records", "begin with the user");
        }
    }

    /** A run that continues must read what it read: another template is other data. */
    @Test
    void theTemplateIsPartOfTheDatasFingerprint() throws IOException {
        Path file = TestFiles.write(folder.resolve("talk.jsonl"), TALK);
        Path plain = TestFiles.write(folder.resolve("plain.jsonl"), "{\"messages\": \"hall red\"}\n");
        List<String> prints = new ArrayList<>();
        for (String source : List.of("a {{ messages[0].content }}", "b {{ messages[0].content }}")) {
            template(source);
            for (Path each : List.of(file, plain)) {
                try (Tokenizer tokenizer = HfTokenizer.open(tokenizerFile);
                        TextBatches batches = TextBatches.training(config(each), tokenizer, 1, DataListener.none())) {
                    prints.add(batches.fingerprint());
                }
            }
        }
        assertThat(prints.get(0)).isNotEqualTo(prints.get(2));
        assertThat(prints.get(1)).isEqualTo(prints.get(3));
    }
}
