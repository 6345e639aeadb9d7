package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.thought.ThoughtLayout;

class StepFlopsTest {
    /** What the comparison with PyTorch counts for the same sizes. */
    @ParameterizedTest
    @CsvSource({"tiny, 38.083", "small, 306.240", "medium, 1116.180"})
    void agreesWithTheComparison(String size, double giga) {
        assertThat(StepFlops.of(BenchSize.of(size)).giga()).isCloseTo(giga, within(6e-3));
    }

    /** One layer, small enough to count by hand: B 1, L 2, P 1, T 1, M 1, so S = 3 steps in each of 2 blocks. */
    @Test
    void countsWhatIsThere() {
        StepFlops flops = StepFlops.of(new BenchSize("hand", 5, 2, 1, 1, 3, new ThoughtLayout(1, 2, 1, 1, 1)));
        long rows = 2 + 3 * 2;
        assertThat(flops.layers()).isEqualTo(rows * 2 * (4 * 2 * 2 + 3 * 2 * 3));
        // Text rows see 1 and 2 keys; each of 3 steps likewise; each block's steps see 1, 2 and 3 of their own.
        assertThat(flops.attention()).isEqualTo((3 + 3 * 3 + 2 * 6) * 4 * 2);
        assertThat(flops.head()).isEqualTo((2 + 2 + 2) * 2 * 2 * 5);
        assertThat(flops.mixing()).isEqualTo(2 * 2 * (2 * 4 + 4 + 2));
        assertThat(flops.total()).isEqualTo(3 * (flops.layers() + flops.attention() + flops.head() + flops.mixing()));
    }
}
