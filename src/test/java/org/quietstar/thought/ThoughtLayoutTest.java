package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.config.ThoughtConfig;

class ThoughtLayoutTest {
    @Test
    void thePapersSettingHasBlocksOfFourteen() {
        ThoughtLayout layout = ThoughtLayout.of(ThoughtConfig.defaults(), 8, 256);
        assertThat(layout).isEqualTo(new ThoughtLayout(8, 256, 2, 9, 4));
        assertThat(layout.slots()).isEqualTo(14);
        assertThat(layout.textRows()).isEqualTo(2048);
        assertThat(layout.slotRows()).isEqualTo(4096);
        assertThat(layout.rows()).isEqualTo(2048 + 14 * 4096);
        assertThat(layout.firstRowOfSlot(1)).isEqualTo(2048);
        assertThat(layout.firstRowOfSlot(15)).isEqualTo(layout.rows());
    }

    @Test
    void aTokenStandsAsManyPlacesAfterItsTextAsItsSlot() {
        TinyModel tiny = TinyModel.of(false, 0, new ThoughtLayout(2, 4, 3, 2, 2));
        ThoughtLayout layout = tiny.layout();
        int[] positions = layout.positions(layout.slots());
        Set<Integer> rows = new HashSet<>();
        for (int b = 0; b < 2; b++) {
            for (int n = 0; n < 3; n++) {
                for (int p = 0; p < 4; p++) {
                    for (int a = 0; a <= layout.slots(); a++) {
                        rows.add(tiny.row(b, n, p, a));
                        assertThat(positions[tiny.row(b, n, p, a)]).isEqualTo(p + a);
                    }
                }
            }
        }
        assertThat(rows).hasSize(layout.rows());
        assertThat(positions).hasSize(layout.rows()).contains(layout.maxPosition());
        assertThat(layout.maxPosition()).isEqualTo(3 + 5);
    }

    /** The table of docs/algorithm.md, section 2, with T = 2 and M = 3. */
    @Test
    void slotsStandAsInTheTable() {
        var layout = new ThoughtLayout(2, 4, 3, 2, 3);
        assertThat(layout.startSlot()).isEqualTo(1);
        assertThat(layout.lastTokenSlot()).isEqualTo(3);
        assertThat(layout.endSlot()).isEqualTo(4);
        assertThat(layout.lookaheadSlot(0)).isEqualTo(4);
        assertThat(layout.lookaheadSlot(2)).isEqualTo(6);
        assertThat(layout.slots()).isEqualTo(6);
        assertThat(IntStream.rangeClosed(1, 6).filter(layout::isMarker)).containsExactly(1, 4);
        assertThat(layout.sampledTokens()).isEqualTo(2 * 24);
        assertThat(layout.predictions()).isEqualTo(3 * 24);
    }

    @Test
    void idsStandSlotAfterSlotWithoutTheMarkers() {
        var layout = new ThoughtLayout(2, 4, 3, 2, 3);
        assertThat(IntStream.rangeClosed(1, 7).map(layout::firstIdOfSlot)).containsExactly(8, 8, 32, 56, 56, 80, 104);
        assertThat(layout.idsOfSlots(3, 6)).isEqualTo(3 * 24);
        assertThat(layout.idsOfSlots(4, 4)).isZero();
    }

    @Test
    void aBlockKnowsItsTextToken() {
        TinyModel tiny = TinyModel.of(false, 0, new ThoughtLayout(2, 4, 3, 2, 2));
        ThoughtLayout layout = tiny.layout();
        for (int b = 0; b < 2; b++) {
            for (int n = 0; n < 3; n++) {
                for (int p = 0; p < 4; p++) {
                    int block = tiny.row(b, n, p, 1) - layout.firstRowOfSlot(1);
                    assertThat(layout.sequenceOf(block)).isEqualTo(b);
                    assertThat(layout.positionOf(block)).isEqualTo(p);
                    assertThat(layout.textRowOf(block)).isEqualTo(tiny.row(b, n, p, 0));
                }
            }
        }
        assertThat(layout.rewardedPositions(4, 0)).isEqualTo(2);
        assertThat(layout.rewardedPositions(2, 1)).isZero();
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
        assertThatThrownBy(() -> new ThoughtLayout(b, l, p, t, m))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + " may not be");
    }
}
