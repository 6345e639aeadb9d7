package org.quietstar.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.data.parquet.ParquetFiles.Form;

class ParquetRowsTest {
    @TempDir
    private Path folder;

    private static List<String> read(Path file, String column, long from) throws IOException {
        var values = new ArrayList<String>();
        try (ParquetRows rows = ParquetRows.open(file, column, from)) {
            for (Optional<JsonNode> value = rows.next(); value.isPresent(); value = rows.next()) {
                values.add(
                        value.get().isNull()
                                ? null
                                : value.get().isTextual()
                                        ? value.get().asText()
                                        : value.get().toString());
            }
        }
        return values;
    }

    /** Texts that repeat, so that a dictionary is made, and some that do not. */
    private static List<String> texts() {
        return IntStream.range(0, 700)
                .mapToObj(i ->
                        i % 11 == 3 ? null : i % 3 == 0 ? "again é" : "text number " + i + " " + "x".repeat(i % 50))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "UNCOMPRESSED, PARQUET_1_0",
        "SNAPPY, PARQUET_1_0",
        "SNAPPY, PARQUET_2_0",
        "GZIP, PARQUET_1_0",
        "ZSTD, PARQUET_2_0"
    })
    void everyRowComesFromAnyRowOn(CompressionCodecName codec, WriterVersion version) throws IOException {
        Path file = ParquetFiles.texts(folder.resolve("t.parquet"), "text", texts(), new Form(codec, version, 4096));
        for (int from : new int[] {0, 1, 99, 350, 699, 700}) {
            assertThat(read(file, "text", from)).containsExactlyElementsOf(texts().subList(from, 700));
        }
    }

    @Test
    void aColumnWithinAStructureHasDotsInItsName() throws IOException {
        String schema = "message m { required int64 id; optional group data { optional binary text (STRING); } }";
        Path file = ParquetFiles.write(folder.resolve("t.parquet"), schema, List.of(1, 2), Form.USUAL, (row, i) -> {
            row.append("id", (long) i);
            if (i == 1) {
                row.addGroup("data").append("text", "inner");
            }
        });
        assertThat(read(file, "data.text", 0)).containsExactly("inner", null);
    }

    @Test
    void listsOfStructuresAreArraysOfObjects() throws IOException {
        String schema = "message m { optional group messages (LIST) { repeated group list { optional group element {"
                + " optional binary role (STRING); optional binary content (STRING); } } } }";
        Path file = ParquetFiles.write(
                folder.resolve("t.parquet"), schema, List.of("hi", "ho"), Form.USUAL, (row, text) -> {
                    var list = row.addGroup("messages");
                    list.addGroup("list")
                            .addGroup("element")
                            .append("role", "user")
                            .append("content", text);
                    list.addGroup("list")
                            .addGroup("element")
                            .append("role", "assistant")
                            .append("content", "yes");
                });
        assertThat(read(file, "messages", 1))
                .containsExactly(
                        "[{\"role\":\"user\",\"content\":\"ho\"},{\"role\":\"assistant\",\"content\":\"yes\"}]");
    }

    @Test
    void aColumnThatIsNotThereOrNoTextIsRefusedWithThoseThatAre() throws IOException {
        String schema = "message m { required int64 id; optional group data { optional binary body (STRING); } }";
        Path file = ParquetFiles.write(
                folder.resolve("t.parquet"), schema, List.of(1L), Form.USUAL, (row, i) -> row.append("id", i));
        assertThatThrownBy(() -> ParquetRows.open(file, "text", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(file.toString(), "no column \"text\"", "there are: id, data.body");
        assertThatThrownBy(() -> ParquetRows.open(file, "id", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("column \"id\" holds INT64, not text");
    }

    @Test
    void bytesThatAreNoTextStayBytes() throws IOException {
        Path file = ParquetFiles.write(
                folder.resolve("t.parquet"),
                "message m { required binary text; }",
                List.of(1),
                Form.USUAL,
                (row, i) -> row.append("text", Binary.fromConstantByteArray(new byte[] {(byte) 0xC3, 0x28})));
        try (ParquetRows rows = ParquetRows.open(file, "text", 0)) {
            assertThat(rows.next().orElseThrow().isBinary()).isTrue();
        }
    }

    @Test
    void damageIsNamed() throws IOException {
        Path whole = ParquetFiles.texts(folder.resolve("whole.parquet"), "text", texts(), Form.USUAL);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> ParquetRows.open(cut, "text", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        cut + ": the Parquet file is cut short: it does not end with PAR1; fetch or write it again");
        byte[] wrong = bytes.clone();
        Arrays.fill(wrong, bytes.length - 60, bytes.length - 8, (byte) 0x77);
        Path footer = Files.write(folder.resolve("footer.parquet"), wrong);
        assertThatThrownBy(() -> read(footer, "text", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(footer + ": ");
        Path text = Files.writeString(folder.resolve("text.parquet"), "Once upon a time");
        assertThatThrownBy(() -> ParquetRows.open(text, "text", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("is no Parquet file");
        byte[] hidden = bytes.clone();
        hidden[bytes.length - 1] = 'E';
        Path encrypted = Files.write(folder.resolve("encrypted.parquet"), hidden);
        assertThatThrownBy(() -> ParquetRows.open(encrypted, "text", 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("encrypted");
    }
}
