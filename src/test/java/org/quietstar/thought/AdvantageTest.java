package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.LossConfig;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.StaticPlan;

/** Spec, section 10.4, and the options of reward and advantage by their defining properties. */
class AdvantageTest {
    private static final ThoughtSizes SIZES = new ThoughtSizes(3, 6, 3, 2, 2);
    private static final int VALID = 4;

    private record Numbers(double[][][] reward, double[][][] advantage) {}

    private static Numbers run(ThoughtSizes sizes, LossConfig loss) {
        TinyModel tiny = TinyModel.of(false, 0, sizes, "linear", loss, DataType.DOUBLE);
        QuietStarGraph graph = tiny.graph();
        LearningBatch batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        var outputs = List.of(QuietStarGraph.REWARD, QuietStarGraph.ADVANTAGE);
        try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), outputs)) {
            plan.run();
            return new Numbers(
                    cube(sizes, Differences.numbers(plan.output(QuietStarGraph.REWARD))),
                    cube(sizes, Differences.numbers(plan.output(QuietStarGraph.ADVANTAGE))));
        }
    }

    private static double[][][] cube(ThoughtSizes sizes, double[] numbers) {
        double[][][] cube = new double[sizes.batch()][sizes.thoughts()][];
        for (int i = 0; i < sizes.batch() * sizes.thoughts(); i++) {
            cube[i / sizes.thoughts()][i % sizes.thoughts()] =
                    Arrays.copyOfRange(numbers, i * sizes.length(), (i + 1) * sizes.length());
        }
        return cube;
    }

    @Test
    void theThoughtsOfAPositionShareNothingButTheirMean() {
        Numbers signed = run(SIZES, LossOptions.SIGNED);
        for (int b = 0; b < SIZES.batch(); b++) {
            for (int p = 0; p < SIZES.length(); p++) {
                double sum = 0;
                double largest = 0;
                double mean = 0;
                for (int n = 0; n < SIZES.thoughts(); n++) {
                    sum += signed.advantage[b][n][p];
                    largest = Math.max(largest, Math.abs(signed.advantage[b][n][p]));
                    mean += signed.reward[b][n][p] / SIZES.thoughts();
                }
                assertThat(sum).isCloseTo(0, offset(1e-14));
                assertThat(largest > 1e-3)
                        .as("position %d of sequence %d counts", p, b)
                        .isEqualTo(p < VALID);
                for (int n = 0; n < SIZES.thoughts(); n++) {
                    assertThat(signed.advantage[b][n][p]).isCloseTo(signed.reward[b][n][p] - mean, offset(1e-14));
                }
            }
        }
    }

    @Test
    void theClampTakesTheNegativeOnes() {
        double[] signed = flat(run(SIZES, LossOptions.SIGNED).advantage);
        double[] clamped = flat(run(SIZES, LossOptions.rewarded("mean", true, false)).advantage);
        assertThat(Arrays.stream(signed).anyMatch(x -> x < -1e-3)).isTrue();
        assertThat(clamped)
                .containsExactly(Arrays.stream(signed).map(x -> x > 0 ? x : 0).toArray(), offset(0.0));
    }

    @Test
    void baseLeavesTheRewardAndNoneLeavesTheLikelihood() {
        Numbers mean = run(SIZES, LossOptions.SIGNED);
        Numbers base = run(SIZES, LossOptions.rewarded("base", false, false));
        Numbers none = run(SIZES, LossOptions.rewarded("none", false, false));
        assertThat(base.reward).isDeepEqualTo(mean.reward);
        assertThat(base.advantage).isDeepEqualTo(base.reward);
        assertThat(none.advantage).isDeepEqualTo(none.reward);
        for (int b = 0; b < SIZES.batch(); b++) {
            for (int p = 0; p < VALID; p++) {
                for (int n = 0; n < SIZES.thoughts(); n++) {
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
        Numbers one = run(new ThoughtSizes(3, 6, 1, 2, 2), LossOptions.rewarded("mean", true, false));
        double[] expected =
                Arrays.stream(flat(one.reward)).map(x -> Math.max(0, x)).toArray();
        assertThat(flat(one.advantage)).containsExactly(expected, offset(0.0));
        assertThat(Arrays.stream(expected).sum()).isPositive();
    }

    @Test
    void standardizedAdvantagesHaveDeviationOne() {
        double[] signed = flat(run(SIZES, LossOptions.SIGNED).advantage);
        double[] standardized = flat(run(SIZES, LossOptions.rewarded("mean", false, true)).advantage);
        int count = SIZES.batch() * SIZES.thoughts() * VALID;
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
