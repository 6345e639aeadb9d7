package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.quietstar.bench.ScalingBenchmark.Over;
import org.quietstar.bench.ScalingBenchmark.Point;
import org.quietstar.thought.ThoughtLayout;

class ScalingBenchmarkTest {
    private static final double EXACT = 1e-12;

    @Test
    void findsTheExponentOfAPower() {
        double[] x = {1, 3, 10, 40};
        double[] y = {5, 5 * Math.pow(3, 1.7), 5 * Math.pow(10, 1.7), 5 * Math.pow(40, 1.7)};
        assertThat(PowerLaw.exponent(x, y)).isCloseTo(1.7, within(EXACT));
    }

    /** Logarithms to base 2: (0, 0), (1, 1), (2, 4) have the slope Σ dx·dy / Σ dx² = 4 / 2. */
    @Test
    void isTheLeastSquaresFitWhereThereIsNoPower() {
        assertThat(PowerLaw.exponent(new double[] {1, 2, 4}, new double[] {1, 2, 16}))
                .isCloseTo(2, within(EXACT));
    }

    private static List<Point> points(Over over, DoubleUnaryOperator seconds) {
        return over.grid().stream()
                .map(value -> new Point(value, seconds.applyAsDouble(value), 1, 3.0 * value * value, 1))
                .toList();
    }

    @Test
    void overTheLengthOnlyLongTextsAreJudged() {
        var series = ScalingBenchmark.series(Over.L, points(Over.L, l -> l < 128 ? 1e9 : 2 * l));
        assertThat(series.timeExponent()).isCloseTo(1, within(EXACT));
        assertThat(series.memoryExponent()).isCloseTo(2, within(EXACT));
        assertThat(series.points()).extracting(Point::value).containsExactly(64, 128, 256, 512);
    }

    @Test
    void overTheOthersAllAre() {
        var series = ScalingBenchmark.series(Over.B, points(Over.B, b -> 7));
        assertThat(series.timeExponent()).isCloseTo(0, within(EXACT));
        assertThat(series.asMap()).containsEntry("over", "B").containsKeys("points", "time_exponent");
    }

    @Test
    void oneSizeGrowsAndNoOther() {
        assertThat(Over.L.sizes(512)).isEqualTo(new ThoughtLayout(1, 512, 2, 8, 4));
        assertThat(Over.T.sizes(32)).isEqualTo(new ThoughtLayout(1, 64, 2, 32, 4));
        assertThat(Over.P.sizes(8)).isEqualTo(new ThoughtLayout(1, 64, 8, 8, 4));
        assertThat(Over.B.sizes(4)).isEqualTo(new ThoughtLayout(4, 64, 2, 8, 4));
    }
}
