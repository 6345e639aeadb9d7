package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.BadRecordPolicy;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.tokenizer.ByteTokenizer;
import org.quietstar.tokenizer.Tokenizer;

class TextBatchesTest {
    private static final Tokenizer BYTES = new ByteTokenizer();
    private static final int[] SHORT_LINES = {
        'a', 0xC3, 0xA9, 257, 258, 258, 'h', 'e', 'l', 'l', 'o', 257, 258, 258, 258, 258, 258, 258
    };

    @TempDir
    private Path folder;

    private TextBatches training(DataConfig config) {
        return TextBatches.training(config, BYTES, 42, DataListener.none());
    }

    private static String row(TokenBatch batch, int row) {
        return BYTES.decode(TestBatches.row(batch, row));
    }

    @Test
    void idsLengthsAndBytes() throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), "aé\n\n\nhello");
        try (TextBatches batches = TextBatches.validation(
                withValidation(TestFiles.config(Packing.PAD, 6, 3, 1, 0, file), file), BYTES, 1, DataListener.none())) {
            TokenBatch batch = batches.next();
            assertThat(batch.ids()).containsExactly(SHORT_LINES);
            assertThat(batch.lengths()).containsExactly(4, 6, 0);
            assertThat(batch.sequenceLength()).isEqualTo(6);
            assertThat(batch.tokens()).isEqualTo(10);
            assertThat(batch.textBytes()).isEqualTo(2 + 4); // without each first token and the ends
            assertThat(batches.hasNext()).isFalse();
            assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
            batches.reset();
            assertThat(batches.next().ids()).isEqualTo(batch.ids());
        }
    }

    @Test
    void aModelsOwnPaddingIdFillsUpWhatIsShort() throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), "abc");
        DataConfig config = withValidation(TestFiles.config(Packing.PAD, 6, 2, 1, 0, file), file);
        try (TextBatches batches = TextBatches.validation(config, BYTES, 7, 1, DataListener.none())) {
            assertThat(batches.next().ids()).containsExactly('a', 'b', 'c', 257, 7, 7, 7, 7, 7, 7, 7, 7);
        }
    }

    private static DataConfig withValidation(DataConfig c, Path file) {
        return c.withValidation(List.of(file.toString()));
    }

    @Test
    void eachEpochHasEveryWindowOnceInAnOrderOfItsOwn() throws IOException {
        DataConfig config = TestFiles.config(
                Packing.PAD,
                64,
                4,
                10,
                0,
                TestFiles.corpus(folder, "a.txt", 30, 1),
                TestFiles.corpus(folder, "b.jsonl.gz", 27, 2));
        try (TextBatches batches = training(config)) {
            var rows = new ArrayList<String>();
            var epochs = new ArrayList<Integer>();
            for (int i = 0; i < 57; i++) { // 4 epochs of 57 windows in batches of 4
                TokenBatch batch = batches.next();
                for (int row = 0; row < 4; row++) {
                    rows.add(row(batch, row));
                }
                epochs.add(batch.after().epoch());
                assertThat(batch.after().batches()).isEqualTo(i + 1);
            }
            Set<String> whole = new HashSet<>(rows.subList(0, 57));
            assertThat(whole).hasSize(57);
            for (int epoch = 1; epoch < 4; epoch++) {
                List<String> other = rows.subList(57 * epoch, 57 * (epoch + 1));
                assertThat(new HashSet<>(other)).isEqualTo(whole);
                assertThat(other).isNotEqualTo(rows.subList(0, 57));
            }
            assertThat(epochs.get(0)).isZero();
            assertThat(epochs.get(56)).isEqualTo(3);
        }
    }

    @Test
    void theSeedDecidesTheOrder() throws IOException {
        DataConfig config = TestFiles.config(Packing.PACK, 32, 4, 50, 0, TestFiles.corpus(folder, "a.txt", 50, 1));
        try (TextBatches one = training(config);
                TextBatches same = training(config);
                TextBatches other = TextBatches.training(config, BYTES, 43, DataListener.none())) {
            TokenBatch first = one.next();
            assertThat(same.next().ids()).isEqualTo(first.ids());
            assertThat(other.next().ids()).isNotEqualTo(first.ids());
        }
    }

    @Test
    void trainingAndHeldOutDocumentsArePartsOfAll() throws IOException {
        Path file = TestFiles.corpus(folder, "a.txt", 300, 4);
        DataConfig config = TestFiles.config(Packing.PAD, 96, 5, 1, 0.2, file);
        var heldOut = new HashSet<String>();
        try (TextBatches batches = TextBatches.validation(config, BYTES, 42, DataListener.none())) {
            batches.forEachRemaining(batch -> collect(batch, heldOut));
        }
        assertThat(heldOut.size()).isBetween(40, 80);
        var trained = new HashSet<String>();
        try (TextBatches batches = training(config)) {
            while (batches.position().epoch() == 0) {
                collect(batches.next(), trained);
            }
        }
        assertThat(trained).doesNotContainAnyElementsOf(heldOut);
        assertThat(trained.size() + heldOut.size()).isEqualTo(300);
    }

    private static void collect(TokenBatch batch, Set<String> rows) {
        for (int row = 0; row < batch.lengths().length; row++) {
            String text = row(batch, row);
            if (!text.isEmpty()) {
                rows.add(text);
            }
        }
    }

    @Test
    void badRecordsAreReportedOrFatalAlsoFromTheBackground() throws IOException {
        Path file =
                TestFiles.write(folder.resolve("t.jsonl"), "{\"text\": \"first\"}\nbroken\n{\"text\": \"second\"}\n");
        DataConfig config = TestFiles.config(Packing.PAD, 8, 1, 1, 0, file);
        var reported = new CopyOnWriteArrayList<BadRecord>();
        try (TextBatches batches = TextBatches.training(config, BYTES, 1, reported::add)) {
            for (int i = 0; i < 10; i++) {
                batches.next();
            }
        }
        assertThat(reported).hasSize(1);
        assertThat(reported.get(0).toString()).contains("t.jsonl:2: is no valid JSON");

        var fail = config.withBatchSize(1).withOnBadRecord(BadRecordPolicy.FAIL).withPrefetch(2);
        try (TextBatches batches = training(fail)) {
            assertThat(row(batches.next(), 0)).isEqualTo("first");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(batches::next)
                        .isInstanceOf(QuietStarException.class)
                        .hasMessageContaining("t.jsonl:2");
            }
        }
    }

    @Test
    void failuresOfOtherKindsReachTheConsumerToo() throws IOException {
        Path file = TestFiles.corpus(folder, "a.txt", 3, 1);
        var broken = new BrokenTokenizer();
        try (TextBatches batches =
                TextBatches.training(TestFiles.config(Packing.PAD, 8, 1, 1, 0, file), broken, 1, DataListener.none())) {
            assertThatThrownBy(batches::next)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("the next batch could not be prepared")
                    .hasRootCauseMessage("no ids today");
        }
    }

    @Test
    void dataWithoutTextIsAnErrorThatNamesIt() throws IOException {
        Path empty = TestFiles.write(folder.resolve("empty.txt"), "\n\n");
        try (TextBatches batches = training(TestFiles.config(Packing.PACK, 8, 1, 1, 0, empty))) {
            assertThatThrownBy(batches::next)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("empty.txt")
                    .hasMessageContaining("no document");
        }
        Path one = TestFiles.write(folder.resolve("one.txt"), "just one document");
        DataConfig config = TestFiles.config(Packing.PACK, 8, 1, 1, 0.0, one);
        try (TextBatches batches = TextBatches.validation(config, BYTES, 1, DataListener.none())) {
            assertThatThrownBy(batches::next)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("data.validationFraction");
        }
        assertThatThrownBy(() -> training(TestFiles.config(Packing.PACK, 8, 1, 1, 0)))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("data.train is empty");
    }

    @Test
    void theBackgroundThreadEndsWithTheStream() throws IOException {
        DataConfig config = TestFiles.config(Packing.PAD, 32, 2, 4, 0, TestFiles.corpus(folder, "a.txt", 20, 1));
        long before = prefetchThreads();
        for (int i = 0; i < 20; i++) {
            try (TextBatches batches = training(config)) {
                batches.next();
                batches.reset();
                batches.next();
            }
        }
        assertThat(prefetchThreads()).isEqualTo(before);
    }

    private static long prefetchThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(Prefetcher.THREAD))
                .count();
    }

    private static final class BrokenTokenizer implements Tokenizer {
        @Override
        public int[] encode(String text) {
            throw new IllegalStateException("no ids today");
        }

        @Override
        public String decode(int[] ids) {
            return BYTES.decode(ids);
        }

        @Override
        public int textBytes(int id) {
            return BYTES.textBytes(id);
        }

        @Override
        public int vocabSize() {
            return BYTES.vocabSize();
        }

        @Override
        public int bosId() {
            return BYTES.bosId();
        }

        @Override
        public int eosId() {
            return BYTES.eosId();
        }

        @Override
        public int padId() {
            return BYTES.padId();
        }

        @Override
        public String fingerprint() {
            return "broken";
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
