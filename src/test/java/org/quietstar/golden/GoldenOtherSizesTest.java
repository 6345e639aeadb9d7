package org.quietstar.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recordings of other sizes: several sequences, one thought, one token, one lookahead, a trimmed reward. */
class GoldenOtherSizesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"3, 5, 2, 2, 2, 1", "2, 4, 1, 1, 1, 0", "1, 6, 3, 2, 3, 2", "2, 7, 2, 3, 1, 1"})
    void everySizeIsRead(int b, int l, int n, int t, int a, int trim) throws IOException {
        GoldenOptions options = GoldenOptions.OPTIONS.sized(b, l, n, t, a, trim);
        new GoldenRecording(options, 4).write(folder);
        List<GoldenCheck.Row> rows = GoldenCheck.run(folder);
        int activations = 4 * (1 + options.slots()) + 1 + t + 2 * a + 3;
        // Gradients of four losses, and those of the training step; four losses, and the step's; the thoughts.
        assertThat(rows).hasSize(activations + 5 * options.shapes().size() + 5 + 1);
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.error()).as(row.name()).isLessThan(1e-9));
    }
}
