package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.tokenizer.ByteTokenizer;

class TokenWindowsTest {
    private static final int EOS = 257;

    @TempDir
    private Path folder;

    private TokenWindows windows(Packing packing, int length, String... lines) throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), String.join("\n", lines));
        List<TextFile> files = TextSources.resolve("data.train", List.of(file.toString()), TextFormat.AUTO);
        var documents = new TextRecordReader(files, "text", DocumentBoundary.LINE, true, DataListener.none());
        var windows = new TokenWindows(
                documents,
                new ByteTokenizer(),
                List.of(),
                HoldOutSplit.everything(HeldOutShare.ALL),
                WindowCutter.of(packing, length, 1, true));
        windows.startEpoch(0, new int[] {0});
        return windows;
    }

    private static List<int[]> all(TokenWindows windows) {
        var found = new ArrayList<int[]>();
        while (windows.hasNext()) {
            found.add(windows.next());
        }
        return found;
    }

    @Test
    void packGoesThroughDocuments() throws IOException {
        {
            TokenWindows windows = windows(Packing.PACK, 4, "abc", "de", "fg");
            assertThat(all(windows))
                    .containsExactly(
                            new int[] {'a', 'b', 'c', EOS}, new int[] {'d', 'e', EOS, 'f'}, new int[] {'g', EOS});
        }
    }

    @Test
    void aLastWindowWithNothingToPredictIsDropped() throws IOException {
        {
            TokenWindows windows = windows(Packing.PACK, 4, "abc", "def", "");
            assertThat(all(windows)).hasSize(2);
        }
        {
            TokenWindows windows = windows(Packing.PAD, 4, "abcd", "x");
            assertThat(all(windows)).containsExactly(new int[] {'a', 'b', 'c', 'd'}, new int[] {'x', EOS});
        }
    }

    @Test
    void padBeginsAnewWithEachDocument() throws IOException {
        {
            TokenWindows windows = windows(Packing.PAD, 4, "abcde", "f");
            assertThat(all(windows))
                    .containsExactly(new int[] {'a', 'b', 'c', 'd'}, new int[] {'e', EOS}, new int[] {'f', EOS});
        }
    }

    @Test
    void anEpochEndsAndBeginsAnew() throws IOException {
        TokenWindows windows = windows(Packing.PACK, 4, "abc");
        assertThat(windows.next()).hasSize(4);
        assertThat(windows.hasNext()).isFalse();
        assertThatThrownBy(windows::next).isInstanceOf(NoSuchElementException.class);
        windows.startEpoch(1, new int[] {0});
        assertThat(all(windows)).hasSize(1);
    }

    @Test
    void randomSpanTakesOneSpanOfEachDocument() throws IOException {
        String digits = "!\"#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[";
        {
            TokenWindows windows = windows(Packing.RANDOM_SPAN, 5, digits, "ab", digits);
            List<int[]> found = all(windows);
            assertThat(found).hasSize(3);
            assertThat(found.get(1)).containsExactly('a', 'b', EOS);
            assertThat(found.get(0)).hasSize(5).isNotEqualTo(found.get(2));
            assertThat(digits).contains(new ByteTokenizer().decode(found.get(0)));
            windows.startEpoch(1, new int[] {0});
            assertThat(all(windows)).usingRecursiveComparison().isEqualTo(found);
        }
    }

    @Test
    void everySpanIsEquallyLikelyHoweverTheDocumentIsCut() {
        // Starts 0..7 of 10 ids in windows of 3, the document in one, two or four parts.
        for (int[] cuts : new int[][] {{10}, {4, 10}, {1, 2, 9, 10}}) {
            var counts = new TreeMap<Integer, Integer>();
            var spans = new RandomWindow(3, 11, false);
            for (int epoch = 0; epoch < 8000; epoch++) {
                spans.startEpoch(epoch);
                int from = 0;
                for (int part = 0; part < cuts.length; part++) {
                    int[] ids =
                            java.util.stream.IntStream.range(from, cuts[part]).toArray();
                    var place = new DocumentMetaData("t", 0, 1, part, part == cuts.length - 1, 0, false);
                    spans.add(ids, place, window -> {
                        assertThat(window).containsExactly(window[0], window[0] + 1, window[0] + 2);
                        counts.merge(window[0], 1, Integer::sum);
                    });
                    from = cuts[part];
                }
                assertThat(spans.restartable()).isTrue();
            }
            assertThat(counts.keySet()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
            assertThat(counts.values()).as(Arrays.toString(cuts)).allMatch(count -> Math.abs(count - 1000) < 150);
        }
    }
}
