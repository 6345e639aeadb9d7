package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.HoldOutBy;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.tokenizer.ByteTokenizer;

/** What is held out in one stage or run is held out in every other. */
class HoldOutSplitTest {
    private static final double FRACTION = 0.2;

    @TempDir
    private Path folder;

    /** The documents of one pass over the held-out, or the training side. */
    private static Set<String> documents(DataConfig config, long seed, boolean validation) {
        Set<String> found = new HashSet<>();
        var tokenizer = new ByteTokenizer();
        DataConfig one = config.withBatchSize(1);
        try (TextBatches batches = validation
                ? TextBatches.validation(one, tokenizer, seed, DataListener.none())
                : TextBatches.training(one, tokenizer, seed, DataListener.none())) {
            while (batches.hasNext()) {
                TokenBatch batch = batches.next();
                String text = tokenizer.decode(batch.ids());
                if (!found.add(text) && !validation) {
                    return found; // the second pass has begun
                }
            }
        }
        return found;
    }

    private static DataConfig config(Path... files) {
        return TestFiles.config(Packing.PAD, 80, 1, 1, FRACTION, files);
    }

    @Test
    void stagesAndRunsWithOtherFilesNeverTrainOnWhatWasHeldOut() throws IOException {
        Path a = TestFiles.corpus(folder, "a.jsonl", 200, 1);
        Path b = TestFiles.corpus(folder, "b.jsonl", 200, 2);
        Set<String> heldOut = documents(config(b), 7, true);
        assertThat(heldOut).hasSizeBetween(20, 60);
        Path renamed = Files.move(b, folder.resolve("0-renamed.jsonl"));
        Path first = TestFiles.corpus(folder, "00.jsonl", 50, 3);
        for (long seed : new long[] {7, 8}) {
            assertThat(documents(config(a, renamed, first), seed, false)).doesNotContainAnyElementsOf(heldOut);
            assertThat(documents(config(a, renamed, first), seed, true)).containsAll(heldOut);
        }
    }

    @Test
    void aTextFallsToOneSideWhereverItStands() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append("{\"text\": \"document number ").append(i % 100).append("\"}\n");
        }
        Path file = TestFiles.write(folder.resolve("twice.jsonl"), text.toString());
        Path plain = TestFiles.write(
                folder.resolve("plain.txt"), text.toString().replaceAll("\\{\"text\": \"(.*)\"\\}\n", "$1\n\n\n\n"));
        Set<String> heldOut = documents(config(file), 1, true);
        assertThat(documents(config(file), 1, false))
                .hasSize(100 - heldOut.size())
                .doesNotContainAnyElementsOf(heldOut);
        assertThat(documents(config(plain), 1, true)).isEqualTo(heldOut);
    }

    @Test
    void byPlaceTheSeedDecidesAsItDidInVersion010() throws IOException {
        Path a = TestFiles.corpus(folder, "a.jsonl", 200, 1);
        DataConfig place = config(a).withHoldOutBy(HoldOutBy.PLACE);
        assertThat(documents(place, 1, true)).isNotEqualTo(documents(place, 2, true));
        assertThat(documents(place, 1, false)).doesNotContainAnyElementsOf(documents(place, 1, true));
    }

    /** Checkpoints are compared on other documents than those that are reported on. */
    @Test
    void sharesOfWhatIsHeldOutHaveNoDocumentInCommon() throws IOException {
        DataConfig config = config(TestFiles.corpus(folder, "a.jsonl", 400, 1));
        Set<String> all = documents(config, 1, true);
        Set<String> selection = documents(config, HeldOutShare.SELECTION);
        Set<String> report = documents(config, HeldOutShare.REPORT);
        assertThat(selection).isNotEmpty().doesNotContainAnyElementsOf(report);
        assertThat(report).isNotEmpty();
        assertThat(all)
                .hasSize(selection.size() + report.size())
                .containsAll(selection)
                .containsAll(report);
        Set<String> pieces = documents(config, HeldOutShare.REPORT.part(0, 0.3));
        pieces.addAll(documents(config, HeldOutShare.REPORT.part(0.3, 1)));
        assertThat(pieces).isEqualTo(report);
        assertThat(documents(config, HeldOutShare.REPORT.part(0.5, 0.5))).isEmpty();
    }

    private static Set<String> documents(DataConfig config, HeldOutShare share) {
        var tokenizer = new ByteTokenizer();
        Set<String> found = new HashSet<>();
        try (TextBatches batches = TextBatches.validation(
                config.withBatchSize(1), tokenizer, tokenizer.padId(), 1, DataListener.none(), share)) {
            batches.forEachRemaining(batch -> found.add(tokenizer.decode(batch.ids())));
        }
        return found;
    }
}
