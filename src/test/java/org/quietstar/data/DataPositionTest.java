package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.random.SplitMix;
import org.quietstar.tokenizer.ByteTokenizer;

class DataPositionTest {
    @TempDir
    private Path folder;

    private TextBatches training(DataConfig config) {
        return TextBatches.training(config, new ByteTokenizer(), 42, DataListener.none());
    }

    @ParameterizedTest
    @CsvSource({"PACK, 7", "PAD, 7", "RANDOM_SPAN, 7", "PACK, 1", "RANDOM_SPAN, 500"})
    void afterARestoreTheSameBatchesFollow(Packing packing, int shuffleBuffer) throws IOException {
        DataConfig config = TestFiles.config(
                packing,
                16,
                3,
                shuffleBuffer,
                0.1,
                TestFiles.corpus(folder, "a.txt", 20, 1),
                TestFiles.corpus(folder, "b.jsonl.gz", 15, 2),
                TestFiles.corpus(folder, "c.txt.gz", 9, 3));
        var ids = new ArrayList<int[]>();
        var positions = new ArrayList<DataPosition>();
        try (TextBatches batches = training(config)) {
            positions.add(batches.position());
            for (int i = 0; i < 60; i++) {
                ids.add(batches.next().ids());
                positions.add(batches.position());
            }
            assertThat(positions.get(60).epoch()).isPositive();
        }
        var json = new ObjectMapper();
        for (int at = 0; at < 60; at += 4) {
            String saved = json.writeValueAsString(positions.get(at).toMap());
            @SuppressWarnings("unchecked")
            Map<String, Object> map = json.readValue(saved, Map.class);
            try (TextBatches batches = training(config)) {
                batches.next();
                batches.restore(DataPosition.fromMap(map));
                for (int i = at; i < Math.min(60, at + 8); i++) {
                    assertThat(batches.next().ids()).isEqualTo(ids.get(i));
                    assertThat(batches.position().toMap())
                            .isEqualTo(positions.get(i + 1).toMap());
                }
            }
        }
    }

    @Test
    void aRestoreInsideALongDocumentIsExact() throws IOException {
        var text = new StringBuilder();
        var random = new SplitMix(9);
        while (text.length() < 2_500_000) {
            text.append(Long.toString(random.nextLong(1000), 36)).append(' ');
        }
        Path file = TestFiles.write(folder.resolve("long.txt"), text + "\n\n\nshort one");
        DataConfig config = TestFiles.config(Packing.PACK, 4096, 4, 3, 0, file);
        var ids = new ArrayList<int[]>();
        var positions = new ArrayList<DataPosition>();
        try (TextBatches batches = training(config)) {
            for (int i = 0; i < 160; i++) {
                ids.add(batches.next().ids());
                positions.add(batches.position());
            }
            for (int at : new int[] {10, 70, 120, 150, 156}) {
                batches.restore(positions.get(at));
                assertThat(batches.next().ids()).isEqualTo(ids.get(at + 1));
            }
        }
    }

    @Test
    void aPositionInOtherDataIsRefused() throws IOException {
        Path file = TestFiles.corpus(folder, "a.txt", 20, 1);
        DataConfig config = TestFiles.config(Packing.PAD, 32, 2, 4, 0, file);
        DataPosition position;
        try (TextBatches batches = training(config)) {
            batches.next();
            position = batches.position();
        }
        Files.writeString(file, Files.readString(file).replace("a3", "a4")); // same size
        try (TextBatches batches = training(config)) {
            assertThatThrownBy(() -> batches.restore(position))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("fingerprint")
                    .hasMessageContaining("a.txt");
        }
        Map<String, Object> map = position.toMap();
        map.put("buffer", "@@");
        assertThatThrownBy(() -> DataPosition.fromMap(map))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("damaged");
        map.remove("epoch");
        assertThatThrownBy(() -> DataPosition.fromMap(map)).hasMessageContaining("epoch");
    }

    @Test
    void aPositionWithDefaultSettingsIsSmall() throws IOException {
        Path corpus = SharedFiles.require("data/corpora/openwebtext-1000.jsonl");
        DataConfig defaults = DataConfig.defaults();
        DataConfig config = TestFiles.config(
                Packing.PACK, defaults.sequenceLength(), defaults.batchSize(), defaults.shuffleBuffer(), 0.05, corpus);
        try (TextBatches batches = training(config)) {
            batches.next();
            int size = new ObjectMapper().writeValueAsBytes(batches.position().toMap()).length;
            assertThat(size).isLessThan(8 << 20);
        }
    }
}
