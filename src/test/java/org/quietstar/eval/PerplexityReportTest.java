package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.eval.PerplexityReport.Bin;

class PerplexityReportTest {

    private static TokenScores scores(float[] base, float[] mixed, int[] sequence) {
        TokenScores scores = new TokenScores();
        for (int i = 0; i < base.length; i++) {
            scores.add(base[i], mixed[i], sequence[i]);
        }
        scores.addTextBytes(base.length * 2.0);
        return scores;
    }

    /** 100 sequences of 50 tokens; hard tokens gain, and sequences differ. */
    private static TokenScores many(long seed) {
        Random random = new Random(seed);
        TokenScores scores = new TokenScores();
        for (int s = 0; s < 100; s++) {
            double ofSequence = 0.05 * random.nextGaussian();
            for (int t = 0; t < 50; t++) {
                double base = -Math.log(1 - random.nextDouble());
                scores.add((float) base, (float) (base - 0.1 * base - ofSequence), 1000 - s);
                scores.addTextBytes(4.5);
            }
        }
        return scores;
    }

    @Test
    void knownMeans() {
        TokenScores scores = scores(new float[] {1, 3, 2, 2}, new float[] {1, 2, 1, 2}, new int[] {5, 5, 9, 9});
        PerplexityReport report = PerplexityReport.of(scores, 2, 500, 1);
        assertThat(report.tokens()).isEqualTo(4);
        assertThat(report.sequences()).isEqualTo(2);
        assertThat(report.baseNll()).isEqualTo(2);
        assertThat(report.mixedNll()).isEqualTo(1.5);
        assertThat(report.gain()).isEqualTo(0.5);
        assertThat(report.basePerplexity()).isEqualTo(Math.exp(2));
        // 4 tokens · 2 nats = 8 nats = 11.54 bits over 8 bytes.
        assertThat(report.baseBitsPerByte()).isCloseTo(1 / Math.log(2), within(1e-12));
        // Both sequences gain 0.5 a token, so every resample does.
        assertThat(report.gainInterval()).contains(new Interval(0.5, 0.5));
    }

    @Test
    void binsHoldEqualSharesInOrder() {
        PerplexityReport report = PerplexityReport.of(many(1), 10, 200, 1);
        assertThat(report.bins())
                .hasSize(10)
                .allSatisfy(bin -> assertThat(bin.tokens()).isEqualTo(500));
        double sum = 0;
        double highest = -1;
        for (Bin bin : report.bins()) {
            assertThat(bin.lowest()).isGreaterThan(highest);
            assertThat(bin.baseNll()).isBetween(bin.lowest(), bin.highest());
            assertThat(bin.gainInterval()).isPresent();
            assertThat(bin.gain())
                    .isBetween(
                            bin.gainInterval().orElseThrow().lower(),
                            bin.gainInterval().orElseThrow().upper());
            highest = bin.highest();
            sum += bin.gain() * bin.tokens();
        }
        assertThat(sum / report.tokens()).isCloseTo(report.gain(), within(1e-9));
        // Exponential base NLL: the easiest tenth ends at −ln 0.9, the hardest begins at −ln 0.1.
        assertThat(report.bins().get(0).highest()).isCloseTo(-Math.log(0.9), within(0.02));
        assertThat(report.bins().get(9).lowest()).isCloseTo(-Math.log(0.1), within(0.15));
        assertThat(report.bins().get(9).gain())
                .isGreaterThan(report.bins().get(0).gain() + 0.2);
    }

    @Test
    void intervalIsThatOfSequencesNotOfTokens() {
        // All tokens of a sequence gain the same, so only the 100 sequence means carry information.
        Random random = new Random(3);
        TokenScores scores = new TokenScores();
        double[] ofSequence = random.doubles(100).toArray();
        for (int s = 0; s < 100; s++) {
            for (int t = 0; t < 40; t++) {
                scores.add(2, (float) (2 - ofSequence[s]), s);
            }
        }
        scores.addTextBytes(1);
        PerplexityReport report = PerplexityReport.of(scores, 1, 4000, 11);
        double mean = java.util.Arrays.stream(ofSequence).average().orElseThrow();
        double variance = java.util.Arrays.stream(ofSequence)
                        .map(g -> (g - mean) * (g - mean))
                        .sum()
                / 100;
        double halfWidth = 1.96 * Math.sqrt(variance / 100);
        Interval interval = report.gainInterval().orElseThrow();
        assertThat(interval.lower()).isCloseTo(mean - halfWidth, within(0.1 * halfWidth));
        assertThat(interval.upper()).isCloseTo(mean + halfWidth, within(0.1 * halfWidth));
    }

    @Test
    void intervalCoversTheTruthAsOftenAsItSays() {
        Random random = new Random(5);
        int covered = 0;
        for (int trial = 0; trial < 300; trial++) {
            TokenScores scores = new TokenScores();
            for (int s = 0; s < 60; s++) {
                double ofSequence = 0.3 + 0.2 * random.nextGaussian();
                int tokens = 1 + random.nextInt(8);
                for (int t = 0; t < tokens; t++) {
                    scores.add(2, (float) (2 - ofSequence - 0.1 * random.nextGaussian()), s);
                }
            }
            scores.addTextBytes(1);
            Interval interval =
                    PerplexityReport.of(scores, 1, 300, trial).gainInterval().orElseThrow();
            covered += interval.lower() <= 0.3 && 0.3 <= interval.upper() ? 1 : 0;
        }
        // 95 % of 300 is 285, with a standard deviation of 4; the percentile interval is a little narrow.
        assertThat(covered).isBetween(268, 297);
    }

    @Test
    void equalSeedsGiveEqualReports() {
        PerplexityReport report = PerplexityReport.of(many(2), 10, 300, 42);
        assertThat(PerplexityReport.of(many(2), 10, 300, 42)).isEqualTo(report);
        assertThat(PerplexityReport.of(many(2), 10, 300, 43).gainInterval()).isNotEqualTo(report.gainInterval());
    }

    @Test
    void tiesStayTogether() {
        float[] base = {0, 0, 0, 0, -0f, 0, 0, 1, 1, 2};
        PerplexityReport report = PerplexityReport.of(scores(base, new float[10], new int[10]), 5, 100, 1);
        assertThat(report.bins()).extracting(Bin::tokens).containsExactly(7, 2, 1);
        assertThat(report.bins()).extracting(Bin::highest).containsExactly(0.0, 1.0, 2.0);
        float[] equal = {3, 3, 3};
        assertThat(PerplexityReport.of(scores(equal, equal, new int[3]), 10, 100, 1)
                        .bins())
                .hasSize(1);
    }

    @Test
    void fewerTokensThanBins() {
        float[] base = {3, -0.001f, 1};
        PerplexityReport report = PerplexityReport.of(scores(base, base, new int[] {0, 1, 2}), 10, 100, 1);
        assertThat(report.bins()).extracting(Bin::lowest).containsExactly((double) -0.001f, 1.0, 3.0);
        assertThat(report.bins())
                .allSatisfy(bin -> assertThat(bin.gainInterval()).isEmpty());
        assertThat(report.gainInterval()).contains(new Interval(0, 0));
    }

    @Test
    void nothingScoredAndDivergedModels() {
        assertThatThrownBy(() -> PerplexityReport.of(new TokenScores(), 10, 100, 1))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("--data");
        assertThatThrownBy(() -> new TokenScores().add(1, Float.NaN, 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new TokenScores().addTextBytes(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void quantilesAreLinearBetweenNeighbours() {
        double[] sorted = {0, 10, 20, 40};
        assertThat(ClusterBootstrap.quantile(sorted, 0)).isZero();
        assertThat(ClusterBootstrap.quantile(sorted, 0.5)).isEqualTo(15);
        assertThat(ClusterBootstrap.quantile(sorted, 1)).isEqualTo(40);
        assertThat(ClusterBootstrap.quantile(new double[] {7}, 0.3)).isEqualTo(7);
    }

    @Test
    void textIsAligned() {
        TokenScores scores = scores(new float[] {1, 3, 2, 2.5f}, new float[] {1, 2, 1, 2}, new int[] {0, 0, 1, 1});
        assertThat(PerplexityReport.of(scores, 2, 100, 7).toText()).isEqualTo("""
                        Held-out text: 4 tokens in 2 sequences, 8 bytes

                                                   base      mixed       gain   95 % interval of gain
                        NLL (nats per token)     2.1250     1.5000    +0.6250   [+0.5000, +0.7500]
                        perplexity                8.373      4.482     +3.891
                        bits per byte            1.5329     1.0820    +0.4508

                        Gain by difficulty: tokens grouped by base NLL, easy to hard; all in nats per token
                        group   base NLL from … to     tokens      base     mixed      gain   95 % interval of gain
                            1     1.0000 …   2.0000         2    1.5000    1.0000   +0.5000   [+0.0000, +1.0000]
                            2     2.5000 …   3.0000         2    2.7500    2.0000   +0.7500   [+0.5000, +1.0000]

                        Gain is base minus mixed: above zero where thinking helps. Intervals: 100 bootstrap resamples of whole sequences, seed 7.
                        """);
    }

    @Test
    void jsonHoldsTheSameNumbers() {
        PerplexityReport report = PerplexityReport.of(many(4), 4, 100, 7);
        var json = report.toJson();
        assertThat(json.get("nll_mixed").asDouble()).isEqualTo(report.mixedNll());
        assertThat(json.get("gain_95").get(1).asDouble())
                .isEqualTo(report.gainInterval().orElseThrow().upper());
        assertThat(json.get("by_difficulty")).hasSize(4);
        assertThat(json.get("by_difficulty").get(3).get("gain").asDouble())
                .isEqualTo(report.bins().get(3).gain());
        var single = PerplexityReport.of(scores(new float[] {1}, new float[] {1}, new int[1]), 4, 100, 7);
        assertThat(single.toJson().get("gain_95").isNull()).isTrue();
    }
}
