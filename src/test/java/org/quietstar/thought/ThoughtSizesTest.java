package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.config.ThoughtConfig;

class ThoughtSizesTest {
    @Test
    void thePapersSettingHasBlocksOfFourteen() {
        ThoughtSizes sizes = ThoughtSizes.of(ThoughtConfig.defaults(), 8, 256);
        assertThat(sizes).isEqualTo(new ThoughtSizes(8, 256, 2, 9, 4));
        assertThat(sizes.steps()).isEqualTo(14);
        assertThat(sizes.textRows()).isEqualTo(2048);
        assertThat(sizes.stepRows()).isEqualTo(4096);
        assertThat(sizes.rows()).isEqualTo(2048 + 14 * 4096);
        assertThat(sizes.firstRowOfStep(1)).isEqualTo(2048);
        assertThat(sizes.firstRowOfStep(15)).isEqualTo(sizes.rows());
    }

    @Test
    void aTokenStandsAsManyPlacesAfterItsTextAsItsStep() {
        TinyModel tiny = TinyModel.of(false, 0, new ThoughtSizes(2, 4, 3, 2, 2));
        ThoughtSizes sizes = tiny.sizes();
        int[] positions = sizes.positions();
        Set<Integer> rows = new HashSet<>();
        for (int b = 0; b < 2; b++) {
            for (int n = 0; n < 3; n++) {
                for (int p = 0; p < 4; p++) {
                    for (int a = 0; a <= sizes.steps(); a++) {
                        rows.add(tiny.row(b, n, p, a));
                        assertThat(positions[tiny.row(b, n, p, a)]).isEqualTo(p + a);
                    }
                }
            }
        }
        assertThat(rows).hasSize(sizes.rows());
        assertThat(positions).hasSize(sizes.rows()).contains(sizes.maxPosition());
        assertThat(sizes.maxPosition()).isEqualTo(3 + 5);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 1, 1, 1, batch",
        "1, 1, 1, 1, 1, length",
        "1, 4, 0, 1, 1, thoughts",
        "1, 4, 1, 0, 1, thoughtTokens",
        "1, 4, 1, 1, 0, lookahead",
        "1, 4, 1, 1, 4, lookahead",
    })
    void sizesThatCannotBeAreNamed(int b, int l, int p, int t, int m, String name) {
        assertThatThrownBy(() -> new ThoughtSizes(b, l, p, t, m))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + " may not be");
    }
}
