package org.quietstar.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitMixTest {
    @Test
    void givesThePublishedSequence() {
        var random = new SplitMix(0);
        assertThat(new long[] {random.nextLong(), random.nextLong(), random.nextLong()})
                .containsExactly(0xE220A8397B1DCDAFL, 0x6E789E6AA1B965F4L, 0x06C45D188009454FL);
    }

    @Test
    void goesOnFromItsState() {
        var random = SplitMix.of(1, 2, 3);
        random.nextDouble();
        var copy = new SplitMix(random.state());
        assertThat(copy.nextLong()).isEqualTo(random.nextLong());
        assertThat(SplitMix.of(1, 2, 3).state())
                .isNotEqualTo(SplitMix.of(1, 3, 2).state());
    }

    @Test
    void numbersAreUniform() {
        var random = new SplitMix(7);
        int[] counts = new int[6];
        double sum = 0;
        for (int i = 0; i < 60_000; i++) {
            counts[random.nextInt(6)]++;
            sum += random.nextDouble();
        }
        assertThat(IntStream.of(counts)).allMatch(count -> Math.abs(count - 10_000) < 400);
        assertThat(sum / 60_000).isBetween(0.49, 0.51);
        assertThatIllegalArgumentException().isThrownBy(() -> random.nextInt(0));
    }

    @Test
    void shuffleIsAPermutation() {
        int[] values = IntStream.range(0, 100).toArray();
        new SplitMix(3).shuffle(values);
        assertThat(values).isNotEqualTo(IntStream.range(0, 100).toArray());
        assertThat(values).containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    }
}
