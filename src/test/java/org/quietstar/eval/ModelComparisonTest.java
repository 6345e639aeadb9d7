package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;

class ModelComparisonTest {
    /** 80 sequences of 30 tokens that differ much from each other; the model's NLL is lower by about {@code better}. */
    private static TokenScores scores(double better, long seed) {
        var text = new Random(1);
        var model = new Random(seed);
        var scores = new TokenScores();
        for (int s = 0; s < 80; s++) {
            double level = 3 + text.nextGaussian();
            for (int t = 0; t < 30; t++) {
                double nll = level + text.nextDouble() - better + 0.05 * model.nextGaussian();
                scores.add(99, (float) nll, 500 - s);
            }
        }
        return scores;
    }

    @Test
    void meansAndTheirDifference() {
        var mine = new TokenScores();
        var other = new TokenScores();
        for (int i = 0; i < 4; i++) {
            mine.add(7, i, i / 2);
            other.add(7, i + 0.25f, i / 2);
        }
        ModelComparison comparison = ModelComparison.of(mine, other, 100, 1);
        assertThat(comparison.tokens()).isEqualTo(4);
        assertThat(comparison.documents()).isEqualTo(2);
        assertThat(comparison.nll()).isEqualTo(1.5);
        assertThat(comparison.otherNll()).isEqualTo(1.75);
        assertThat(comparison.difference()).isEqualTo(0.25);
        assertThat(comparison.interval()).contains(new Interval(0.25, 0.25));
        assertThat(comparison.toText("runs/a", "runs/b"))
                .contains(
                        "runs/a                   1.5000",
                        "runs/b                   1.7500",
                        "+0.2500   95 % interval");
    }

    /** Sequences differ by 1 nat, the models by 0.02: only token by token is that to be seen. */
    @Test
    void whatBothFindHardDoesNotWidenTheInterval() {
        Interval interval = ModelComparison.of(scores(0.02, 2), scores(0, 3), 1000, 4)
                .interval()
                .orElseThrow();
        assertThat(interval.lower()).isBetween(0.01, 0.02);
        assertThat(interval.upper()).isBetween(0.02, 0.03);
    }

    @Test
    void theOtherWayRoundIsTheOpposite() {
        ModelComparison one = ModelComparison.of(scores(0.02, 2), scores(0, 3), 500, 4);
        ModelComparison other = ModelComparison.of(scores(0, 3), scores(0.02, 2), 500, 4);
        assertThat(other.difference()).isEqualTo(-one.difference());
        assertThat(other.interval().orElseThrow().lower())
                .isCloseTo(-one.interval().orElseThrow().upper(), within(1e-12));
    }

    @Test
    void otherTokensAreRefused() {
        TokenScores scores = scores(0, 2);
        var fewer = new TokenScores();
        fewer.add(1, 1, 500);
        assertThatThrownBy(() -> ModelComparison.of(scores, fewer, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2400 tokens");
        var elsewhere = new TokenScores();
        elsewhere.add(1, 1, 501);
        assertThatThrownBy(() -> ModelComparison.of(fewer, elsewhere, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("document 500");
        assertThatThrownBy(() -> ModelComparison.of(new TokenScores(), fewer, 10, 1))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("no held-out token");
    }
}
