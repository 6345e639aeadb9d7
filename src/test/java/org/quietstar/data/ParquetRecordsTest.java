package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.data.parquet.ParquetFiles;
import org.quietstar.tokenizer.ByteTokenizer;

/** Documents of a Parquet file against the same documents as JSON lines. */
class ParquetRecordsTest {
    private static final List<String> TEXTS = IntStream.range(0, 400)
            .mapToObj(i -> "story " + i + " " + "word ".repeat(i % 13))
            .toList();
    private static final ParquetFiles.Form SMALL_GROUPS =
            new ParquetFiles.Form(CompressionCodecName.ZSTD, WriterVersion.PARQUET_1_0, 2048);

    @TempDir
    private Path folder;

    private Path table() throws IOException {
        Path file = folder.resolve("stories.parquet");
        return Files.exists(file) ? file : ParquetFiles.texts(file, "text", TEXTS, SMALL_GROUPS);
    }

    private Path lines() throws IOException {
        var lines = new StringBuilder();
        for (String text : TEXTS) {
            lines.append(new ObjectMapper().writeValueAsString(Map.of("text", text)))
                    .append('\n');
        }
        return TestFiles.write(folder.resolve("stories.jsonl"), lines.toString());
    }

    private static TextBatches training(Path file) {
        return TextBatches.training(config(file), new ByteTokenizer(), 7, DataListener.none());
    }

    private static DataConfig config(Path file) {
        return TestFiles.config(Packing.PACK, 32, 2, 5, 0.2, file);
    }

    private static List<int[]> ids(TextBatches batches, int count) {
        var ids = new ArrayList<int[]>();
        for (int i = 0; i < count && batches.hasNext(); i++) {
            ids.add(batches.next().ids());
        }
        return ids;
    }

    @Test
    void batchesAndHeldOutTextAreThoseOfTheSameLines() throws IOException {
        try (TextBatches table = training(table());
                TextBatches lines = training(lines());
                TextBatches heldOfTable =
                        TextBatches.validation(config(table()), new ByteTokenizer(), 7, DataListener.none());
                TextBatches heldOfLines =
                        TextBatches.validation(config(lines()), new ByteTokenizer(), 7, DataListener.none())) {
            // More than an epoch.
            assertThat(ids(table, 400)).usingRecursiveComparison().isEqualTo(ids(lines, 400));
            List<int[]> held = ids(heldOfTable, 10_000);
            assertThat(held).hasSizeBetween(20, 120).usingRecursiveComparison().isEqualTo(ids(heldOfLines, 10_000));
        }
    }

    @Test
    void readingContinuesWhereItStood() throws IOException {
        Path file = table();
        for (int before : new int[] {0, 1, 37, 200}) {
            try (TextBatches whole = training(file);
                    TextBatches later = training(file)) {
                ids(whole, before);
                later.restore(DataPosition.fromMap(whole.position().toMap()));
                assertThat(ids(later, 50)).usingRecursiveComparison().isEqualTo(ids(whole, 50));
            }
        }
    }

    /** What is damaged within a file is reported once, with its row, and the rows before it are read. */
    @Test
    void aDamagedPageEndsTheFile() throws IOException {
        byte[] bytes = Files.readAllBytes(table());
        Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 400, (byte) 0x55);
        Path damaged = Files.write(folder.resolve("damaged.parquet"), bytes);
        List<BadRecord> bad = new ArrayList<>();
        try (var reader = new TextRecordReader(
                TextSources.resolve("data.train", List.of(damaged.toString()), TextFormat.AUTO),
                "text",
                config(damaged).textDocuments(),
                false,
                bad::add)) {
            int read = 0;
            while (reader.hasNext()) {
                assertThat(reader.next().get(0)).hasToString(TEXTS.get(read++));
            }
            assertThat(read).isBetween(10, 399);
            assertThat(bad).hasSize(1);
            assertThat(bad.get(0).kind()).isEqualTo(BadRecord.Kind.DAMAGED);
            assertThat(bad.get(0).line()).isEqualTo(read + 1);
        }
    }

    @Test
    void theFileIsKnownByItsBytesAndRefusedAsText() throws IOException {
        Path named = Files.copy(table(), folder.resolve("train-00000"));
        try (TextBatches batches = training(named)) {
            assertThat(batches.next().ids()).isNotEmpty();
        }
        DataConfig asText = config(named).withFormat(TextFormat.TEXT);
        assertThatThrownBy(() -> TextBatches.training(asText, new ByteTokenizer(), 7, DataListener.none()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(named.toString(), "is a Parquet file", "data.format says text");
    }
}
