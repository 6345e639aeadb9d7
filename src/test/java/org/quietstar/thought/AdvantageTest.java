package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.plan.StaticPlan;

/** docs/algorithm.md, section 10.4, and the options of reward and advantage by their defining properties. */
class AdvantageTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(3, 6, 3, 2, 2);
    private static final int VALID = 4;

    private record Numbers(double[][][] reward, double[][][] advantage) {}

    private static Numbers run(ThoughtLayout layout, LossConfig loss) {
        TinyModel tiny = TinyModel.of(false, 0, layout, Mixer.LINEAR, loss, DataType.DOUBLE);
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        var outputs = List.of(QuietStarLoss.REWARD, QuietStarLoss.ADVANTAGE);
        try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), outputs)) {
            plan.run();
            return new Numbers(
                    cube(layout, Differences.numbers(plan.output(QuietStarLoss.REWARD))),
                    cube(layout, Differences.numbers(plan.output(QuietStarLoss.ADVANTAGE))));
        }
    }

    private static double[][][] cube(ThoughtLayout layout, double[] numbers) {
        double[][][] cube = new double[layout.batch()][layout.thoughts()][];
        for (int i = 0; i < layout.batch() * layout.thoughts(); i++) {
            cube[i / layout.thoughts()][i % layout.thoughts()] =
                    Arrays.copyOfRange(numbers, i * layout.length(), (i + 1) * layout.length());
        }
        return cube;
    }

    @Test
    void theThoughtsOfAPositionShareNothingButTheirMean() {
        Numbers signed = run(LAYOUT, LossOptions.SIGNED);
        for (int b = 0; b < LAYOUT.batch(); b++) {
            for (int p = 0; p < LAYOUT.length(); p++) {
                double sum = 0;
                double largest = 0;
                double mean = 0;
                for (int n = 0; n < LAYOUT.thoughts(); n++) {
                    sum += signed.advantage[b][n][p];
                    largest = Math.max(largest, Math.abs(signed.advantage[b][n][p]));
                    mean += signed.reward[b][n][p] / LAYOUT.thoughts();
                }
                assertThat(sum).isCloseTo(0, offset(1e-14));
                assertThat(largest > 1e-3)
                        .as("position %d of sequence %d counts", p, b)
                        .isEqualTo(p < VALID);
                for (int n = 0; n < LAYOUT.thoughts(); n++) {
                    assertThat(signed.advantage[b][n][p]).isCloseTo(signed.reward[b][n][p] - mean, offset(1e-14));
                }
            }
        }
    }

    @Test
    void theClampTakesTheNegativeOnes() {
        double[] signed = flat(run(LAYOUT, LossOptions.SIGNED).advantage);
        double[] clamped = flat(run(LAYOUT, LossOptions.rewarded(RewardBaseline.MEAN, true, false)).advantage);
        assertThat(Arrays.stream(signed).anyMatch(x -> x < -1e-3)).isTrue();
        assertThat(clamped)
                .containsExactly(Arrays.stream(signed).map(x -> x > 0 ? x : 0).toArray(), offset(0.0));
    }

    @Test
    void baseLeavesTheRewardAndNoneLeavesTheLikelihood() {
        Numbers mean = run(LAYOUT, LossOptions.SIGNED);
        Numbers base = run(LAYOUT, LossOptions.rewarded(RewardBaseline.BASE, false, false));
        Numbers none = run(LAYOUT, LossOptions.rewarded(RewardBaseline.NONE, false, false));
        assertThat(base.reward).isDeepEqualTo(mean.reward);
        assertThat(base.advantage).isDeepEqualTo(base.reward);
        assertThat(none.advantage).isDeepEqualTo(none.reward);
        for (int b = 0; b < LAYOUT.batch(); b++) {
            for (int p = 0; p < VALID; p++) {
                for (int n = 0; n < LAYOUT.thoughts(); n++) {
                    assertThat(none.reward[b][n][p]).isNegative();
                    // What the base model contributes is the same for all thoughts of a position.
                    assertThat(base.reward[b][n][p] - none.reward[b][n][p])
                            .isCloseTo(base.reward[b][0][p] - none.reward[b][0][p], offset(1e-13));
                }
            }
        }
    }

    @Test
    void aSingleThoughtKeepsItsReward() {
        Numbers one = run(new ThoughtLayout(3, 6, 1, 2, 2), LossOptions.rewarded(RewardBaseline.MEAN, true, false));
        double[] expected =
                Arrays.stream(flat(one.reward)).map(x -> Math.max(0, x)).toArray();
        assertThat(flat(one.advantage)).containsExactly(expected, offset(0.0));
        assertThat(Arrays.stream(expected).sum()).isPositive();
    }

    @Test
    void standardizedAdvantagesHaveDeviationOne() {
        double[] signed = flat(run(LAYOUT, LossOptions.SIGNED).advantage);
        double[] standardized = flat(run(LAYOUT, LossOptions.rewarded(RewardBaseline.MEAN, false, true)).advantage);
        int count = LAYOUT.batch() * LAYOUT.thoughts() * VALID;
        double squares = Arrays.stream(standardized).map(x -> x * x).sum();
        assertThat(squares / count).isCloseTo(1, offset(1e-6));
        double factor = Arrays.stream(standardized).max().orElseThrow()
                / Arrays.stream(signed).max().orElseThrow();
        assertThat(standardized)
                .containsExactly(Arrays.stream(signed).map(x -> x * factor).toArray(), offset(1e-12));
    }

    private static double[] flat(double[][][] cube) {
        return Arrays.stream(cube)
                .flatMapToDouble(rows -> Arrays.stream(Differences.numbers(rows)))
                .toArray();
    }
}
