package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.tokenizer.ByteTokenizer;

/** Files whose records have another shape than the recipe says: said once, before anything is begun. */
class RecordShapeTest {
    @TempDir
    private Path folder;

    private static TextBatches open(DataConfig config, List<BadRecord> bad) {
        return TextBatches.training(config, new ByteTokenizer(), 1, bad::add);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "many.jsonl | {\"content\": \"a\", \"meta\": {\"id\": 1}} | 3 | none of the 3 records; \"text\" that"
                        + " data.textField names; there are: content, meta.id; set data.textField",
                "talk.jsonl | {\"text\": [{\"role\": \"user\", \"content\": \"hi\"}]} | 2 | list of 1 turns; chat template",
                "list.jsonl | {\"text\": {\"de\": \"hallo\"}} | 2 | field \"text\" is a JSON object",
                "array.json | [{\"text\": \"a b c\"}, {\"text\": \"d\"}] | 1 | one JSON array; jq -c '.[]' array.json",
                "wide.json | {¶\"text\": \"a b c\"¶} | 1 | over several lines; jq -c '.' wide.json",
                "plain.jsonl | Once upon a time | 4 | none of the 4 records; is a JSON object; data.format: text",
            })
    void theWholeFileIsRefused(String name, String line, int times, String wanted) throws IOException {
        Path file = TestFiles.write(folder.resolve(name), (line.replace('¶', '\n') + "\n").repeat(times));
        List<BadRecord> bad = new ArrayList<>();
        assertThatThrownBy(() -> open(TestFiles.config(Packing.PACK, 8, 1, 1, 0, file), bad))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(file.toString() + ": ")
                .hasMessageContainingAll(wanted.split("; (?=[^;]*)"));
        assertThat(bad).isEmpty();
    }

    @Test
    void oneGoodRecordIsEnough() throws IOException {
        Path file = TestFiles.write(folder.resolve("t.jsonl"), "{\"a\": 1}\n{}\n{\"text\": \"good enough\"}\n");
        List<BadRecord> bad = new ArrayList<>();
        try (TextBatches batches = open(TestFiles.config(Packing.PACK, 8, 1, 1, 0, file), bad)) {
            assertThat(batches.next().ids()).startsWith('g', 'o', 'o', 'd');
        }
        assertThat(bad).hasSize(2).allMatch(record -> record.kind() == BadRecord.Kind.NO_FIELD);
    }

    @Test
    void aFieldWithinAnObjectIsNamedWithDots() throws IOException {
        Path file = TestFiles.write(
                folder.resolve("t.jsonl"),
                "{\"data\": {\"text\": \"inner\"}}\n{\"data.text\": \"outer\", \"data\": {\"text\": \"no\"}}\n");
        DataConfig config = TestFiles.config(Packing.PAD, 8, 1, 1, 0, file).withTextField("data.text");
        try (TextRecordReader reader = new TextRecordReader(
                TextSources.resolve("data.train", config.train(), config.format()),
                config.textField(),
                config.textDocuments(),
                true,
                DataListener.none())) {
            assertThat(reader.next().get(0)).hasToString("inner");
            assertThat(reader.next().get(0)).hasToString("outer");
        }
    }

    @Test
    void warningsOfAKindAreTenAndACount() {
        List<String> said = new ArrayList<>();
        try (var warnings = new BadRecordWarnings(said::add)) {
            for (int i = 1; i <= 1234; i++) {
                warnings.onBadRecord(new BadRecord(Path.of("a"), i, BadRecord.Kind.NO_JSON, "is bad"));
            }
            warnings.onBadRecord(new BadRecord(Path.of("a"), 7, BadRecord.Kind.ZEROS, "is torn"));
        }
        assertThat(said).hasSize(14).startsWith("a:1: is bad").contains("a:7: is torn");
        assertThat(said)
                .contains("100 lines that are no JSON so far, passed over")
                .contains("1,000 lines that are no JSON so far, passed over")
                .endsWith("1,234 lines that are no JSON so far, passed over");
    }
}
