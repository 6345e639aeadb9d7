package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.Difficulty;
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
        PerplexityReport report = PerplexityReport.of(scores, Difficulty.NLL, 2, 500, 1);
        assertThat(report.tokens()).isEqualTo(4);
        assertThat(report.documents()).isEqualTo(2);
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
        PerplexityReport report = PerplexityReport.of(many(1), Difficulty.NLL, 10, 200, 1);
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
        PerplexityReport report = PerplexityReport.of(scores, Difficulty.NLL, 1, 4000, 11);
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
            Interval interval = PerplexityReport.of(scores, Difficulty.NLL, 1, 300, trial)
                    .gainInterval()
                    .orElseThrow();
            covered += interval.lower() <= 0.3 && 0.3 <= interval.upper() ? 1 : 0;
        }
        // 95 % of 300 is 285, with a standard deviation of 4; the percentile interval is a little narrow.
        assertThat(covered).isBetween(268, 297);
    }

    @Test
    void equalSeedsGiveEqualReports() {
        PerplexityReport report = PerplexityReport.of(many(2), Difficulty.NLL, 10, 300, 42);
        assertThat(PerplexityReport.of(many(2), Difficulty.NLL, 10, 300, 42)).isEqualTo(report);
        assertThat(PerplexityReport.of(many(2), Difficulty.NLL, 10, 300, 43).gainInterval())
                .isNotEqualTo(report.gainInterval());
    }

    @Test
    void tiesStayTogether() {
        float[] base = {0, 0, 0, 0, -0f, 0, 0, 1, 1, 2};
        PerplexityReport report =
                PerplexityReport.of(scores(base, new float[10], new int[10]), Difficulty.NLL, 5, 100, 1);
        assertThat(report.bins()).extracting(Bin::tokens).containsExactly(7, 2, 1);
        assertThat(report.bins()).extracting(Bin::highest).containsExactly(0.0, 1.0, 2.0);
        float[] equal = {3, 3, 3};
        assertThat(PerplexityReport.of(scores(equal, equal, new int[3]), Difficulty.NLL, 10, 100, 1)
                        .bins())
                .hasSize(1);
    }

    @Test
    void fewerTokensThanBins() {
        float[] base = {3, -0.001f, 1};
        PerplexityReport report =
                PerplexityReport.of(scores(base, base, new int[] {0, 1, 2}), Difficulty.NLL, 10, 100, 1);
        assertThat(report.bins()).extracting(Bin::lowest).containsExactly((double) -0.001f, 1.0, 3.0);
        assertThat(report.bins())
                .allSatisfy(bin -> assertThat(bin.gainInterval()).isEmpty());
        assertThat(report.gainInterval()).contains(new Interval(0, 0));
    }

    @Test
    void nothingScoredAndDivergedModels() {
        assertThatThrownBy(() -> PerplexityReport.of(new TokenScores(), Difficulty.NLL, 10, 100, 1))
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
        assertThat(PerplexityReport.of(scores, Difficulty.NLL, 2, 100, 7).toText())
                .isEqualTo("""
                        Held-out text: 4 tokens in 2 documents, 8 bytes

                                                   base      mixed       gain   95 % interval of gain
                        NLL (nats per token)     2.1250     1.5000    +0.6250   [+0.5000, +0.7500] (of 2 documents only)
                        perplexity                8.373      4.482     +3.891
                        bits per byte            1.5329     1.0820    +0.4508

                        Gain by difficulty: tokens grouped by base NLL, easy to hard; all in nats per token
                        group   base NLL from … to     tokens      base     mixed      gain   control   95 % interval of gain
                            1     1.0000 …   2.0000         2    1.5000    1.0000   +0.5000   +0.0000   [+0.0000, +1.0000] (of 2 documents only)
                            2     2.5000 …   3.0000         2    2.7500    2.0000   +0.7500   +0.0000   [+0.5000, +1.0000] (of 2 documents only)

                        Gain is base minus mixed: above zero where thinking helps. Control: what the base gains by one temperature for all tokens (here 1.00 and 1.00), fitted on the other half of the documents.
                        Intervals: 100 bootstrap resamples of whole documents, seed 7; other draws of thoughts and other seeds of training are not in them.
                        Sorted by the loss on the token itself, equally good models seem to help each other on hard tokens: compare with the control, or set evaluation.difficulty: entropy.
                        """);
    }

    @Test
    void jsonHoldsTheSameNumbers() {
        PerplexityReport report = PerplexityReport.of(many(4), Difficulty.NLL, 4, 100, 7);
        var json = report.toJson();
        assertThat(json.get("nll_mixed").asDouble()).isEqualTo(report.mixedNll());
        assertThat(json.get("gain_95").get(1).asDouble())
                .isEqualTo(report.gainInterval().orElseThrow().upper());
        assertThat(json.get("by_difficulty")).hasSize(4);
        assertThat(json.get("by_difficulty").get(3).get("gain").asDouble())
                .isEqualTo(report.bins().get(3).gain());
        var single =
                PerplexityReport.of(scores(new float[] {1}, new float[] {1}, new int[1]), Difficulty.NLL, 4, 100, 7);
        assertThat(single.toJson().get("gain_95").isNull()).isTrue();
    }

    /**
     * Two predictors that are equally good and know nothing of each other: each sees the truth through a noise of its own.
     * Neither is better on hard tokens, and the table must not say so.
     */
    @Test
    void twoEquallyGoodModelsDoNotHelpEachOtherOnHardTokens() {
        var random = new Random(5);
        TokenScores scores = new TokenScores();
        int words = 20;
        for (int token = 0; token < 40_000; token++) {
            double scale = 3 * random.nextDouble();
            double[] truth = new double[words];
            double[] first = new double[words];
            double[] second = new double[words];
            for (int w = 0; w < words; w++) {
                truth[w] = scale * random.nextGaussian();
                first[w] = truth[w] + 0.5 * random.nextGaussian();
                second[w] = truth[w] + 0.5 * random.nextGaussian();
            }
            int drawn = draw(truth, random.nextDouble());
            double[] distribution = new double[1 + BaseDistribution.TEMPERATURES.length];
            distribution[0] = entropy(first);
            for (int t = 0; t < BaseDistribution.TEMPERATURES.length; t++) {
                distribution[1 + t] = nll(first, BaseDistribution.TEMPERATURES[t], drawn);
            }
            scores.add((float) nll(first, 1, drawn), new double[] {nll(second, 1, drawn)}, token / 50, distribution);
        }
        scores.addTextBytes(1);
        PerplexityReport byLoss = PerplexityReport.of(scores, Difficulty.NLL, 10, 200, 1);
        assertThat(byLoss.gain()).isCloseTo(0, within(0.005));
        assertThat(byLoss.bins().get(9).gain()).as("regression to the mean").isGreaterThan(0.1);
        PerplexityReport byEntropy = PerplexityReport.of(scores, Difficulty.ENTROPY, 10, 200, 1);
        assertThat(byEntropy.bins())
                .hasSize(10)
                .allSatisfy(bin -> assertThat(bin.gain()).isCloseTo(0, within(0.02)));
        // What noise there is makes both overconfident; flatter, the base would gain, and most where it is hard by its
        // loss.
        assertThat(byEntropy.control().temperatures()).allMatch(t -> t > 1);
        assertThat(byEntropy.control().gain()).isPositive();
        assertThat(byLoss.bins().get(9).controlGain()).isGreaterThan(0.05);
        assertThat(byEntropy.documents()).isEqualTo(800);
    }

    private static double nll(double[] logits, double temperature, int label) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit / temperature);
        }
        return Math.log(sum) - logits[label] / temperature;
    }

    private static double entropy(double[] logits) {
        double entropy = 0;
        for (int w = 0; w < logits.length; w++) {
            double nll = nll(logits, 1, w);
            entropy += nll * Math.exp(-nll);
        }
        return entropy;
    }

    private static int draw(double[] logits, double u) {
        double left = u;
        for (int w = 0; w < logits.length; w++) {
            left -= Math.exp(-nll(logits, 1, w));
            if (left < 0) {
                return w;
            }
        }
        return logits.length - 1;
    }

    @Test
    void severalDrawsGiveMeanSpreadAndTheMeanOfTheProbabilities() {
        TokenScores scores = new TokenScores();
        double[] plain = new double[1 + BaseDistribution.TEMPERATURES.length];
        scores.add(2, new double[] {1, 3}, 0, plain);
        scores.add(2, new double[] {1, 2}, 1, plain);
        scores.addTextBytes(8);
        PerplexityReport report = PerplexityReport.of(scores, Difficulty.NLL, 1, 100, 7);
        assertThat(report.mixedNll()).isCloseTo(1.75, within(1e-6));
        assertThat(report.draws().count()).isEqualTo(2);
        assertThat(report.draws().spread()).isCloseTo(1.5 / Math.sqrt(2), within(1e-6));
        double averaged =
                -(Math.log((Math.exp(-1) + Math.exp(-3)) / 2) + Math.log((Math.exp(-1) + Math.exp(-2)) / 2)) / 2;
        assertThat(report.draws().averagedNll()).isCloseTo(averaged, within(1e-6));
        assertThat(report.toText()).contains("mean of 2 draws");
        assertThat(report.toJson().at("/draws/nll_averaged").asDouble()).isCloseTo(averaged, within(1e-6));
    }

    @Test
    void documentsAreCountedByTheirEndsAndLongOnesInBlocks() {
        int eos = 9;
        var packed = new DocumentCounter(eos, 4, false);
        int[][] windows = {{1, 2, eos, 3}, {4, eos, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, 5}, {5, 5, 5, eos}};
        int[][] wanted = {{0, 0, 0, 1}, {1, 1, 2, 2}, {2, 2, 2, 2}, {2, 2, 2, 2}, {2, 2, 2, 2}, {2, 2, 3, 3}};
        for (int w = 0; w < windows.length; w++) {
            packed.beginWindow(windows[w][0]);
            for (int p = 1; p < 4; p++) {
                assertThat(packed.of(windows[w][p]))
                        .as("window %d, token %d", w, p)
                        .isEqualTo(wanted[w][p]);
            }
        }
        var spans = new DocumentCounter(eos, 4, true);
        for (int w = 0; w < 3; w++) {
            spans.beginWindow(1);
            assertThat(spans.of(2)).isEqualTo(w);
        }
    }
}
