package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.ThoughtLayout;

/** A case counted by hand: B = 2, L = 4, P = 2, M = 2; the second sequence has two tokens. */
class ThoughtStatisticsTest {
    private static final ThoughtLayout SIZES = new ThoughtLayout(2, 4, 2, 1, 2);
    private static final double OFF = 1e6;

    /** A plan whose outputs are the given numbers. */
    private static StaticPlan plan(Map<String, double[]> outputs) {
        SameDiff sd = SameDiff.create();
        Map<String, INDArray> inputs = new LinkedHashMap<>();
        outputs.forEach((name, numbers) -> {
            inputs.put("in." + name, Nd4j.createFromArray(numbers));
            SDVariable doubled = sd.placeHolder("in." + name, DataType.DOUBLE, numbers.length)
                    .mul(sd.constant(Nd4j.scalar(DataType.DOUBLE, 1.0)));
            doubled.rename(name);
        });
        StaticPlan plan = StaticPlan.compile(
                sd,
                inputs,
                List.of(
                        QuietStarLoss.REWARD,
                        QuietStarLoss.ADVANTAGE,
                        QuietStarLoss.MIX_WEIGHT,
                        QuietStarLoss.THOUGHT_NLL,
                        QuietStarLoss.BASE_NLL));
        plan.run();
        return plan;
    }

    private static Map<String, double[]> outputs() {
        Map<String, double[]> outputs = new LinkedHashMap<>();
        // Rows are sequence, thought, position. Two positions of the first sequence have both targets.
        outputs.put(
                QuietStarLoss.REWARD,
                new double[] {1, 2, OFF, OFF, 3, 6, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF});
        outputs.put(
                QuietStarLoss.ADVANTAGE,
                new double[] {0, -1, OFF, OFF, 2, 0.5, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF});
        // k = 0 has labels at positions 0 … 2 and 0; k = 1 at positions 0 … 1 and nowhere.
        double[] byK = {
            1, 2, 3, OFF, 4, 5, 6, OFF, 7, OFF, OFF, OFF, 8, OFF, OFF, OFF, //
            10, 20, OFF, OFF, 30, 40, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF, OFF
        };
        outputs.put(QuietStarLoss.MIX_WEIGHT, byK);
        outputs.put(QuietStarLoss.THOUGHT_NLL, byK);
        // Without thoughts, of each position's next token.
        outputs.put(QuietStarLoss.BASE_NLL, new double[] {100, 200, 300, OFF, 400, OFF, OFF, OFF});
        return outputs;
    }

    /** 1 where both targets of a position are there. */
    private static double[] valid(int trim, int... lengths) {
        double[] valid = new double[SIZES.textRows()];
        for (int r = 0; r < valid.length; r++) {
            valid[r] = SIZES.positionOf(r) < SIZES.rewardedPositions(lengths[r / SIZES.length()], trim) ? 1 : 0;
        }
        return valid;
    }

    private static final double[] ENTROPIES = {1, 1, 1, OFF, 2, 2, 2, OFF, 3, OFF, OFF, OFF, 4, OFF, OFF, OFF};

    @Test
    void onlyRealLabelsCount() {
        var statistics = new ThoughtStatistics(SIZES);
        try (StaticPlan plan = plan(outputs())) {
            statistics.add(plan::output, new int[] {4, 2}, valid(0, 4, 2), ENTROPIES);
        }
        assertThat(statistics.thoughtNll()).containsExactly(new double[] {36.0 / 8, 25}, within(1e-12));
        // Both sequences' thoughts, k = 0 then k = 1: the label at p + 1 + k is the base's next token at p + k.
        double base = 2 * (100 + 200 + 300) + 2 * 400 + 2 * (200 + 300);
        Map<String, Object> gained = new LinkedHashMap<>();
        statistics.putInto(gained);
        assertThat((Double) gained.get(Metrics.GAIN)).isCloseTo((base - 36 - 100) / 12, within(1e-12));
        Map<String, Object> metrics = new LinkedHashMap<>();
        statistics.putInto(metrics);
        assertThat(metrics)
                .containsOnly(
                        entry("reward_mean", 3.0),
                        entry("reward_std", Math.sqrt(3.5)),
                        entry("advantage_positive_share", 0.5),
                        entry("mix_weight_mean", 136.0 / 12),
                        entry("mix_weight_min", 1.0),
                        entry("mix_weight_max", 40.0),
                        entry("gain", (base - 36 - 100) / 12),
                        entry("thought_entropy", 2.0));
    }

    @Test
    void microBatchesAddUpAndClearForgetsThem() {
        var statistics = new ThoughtStatistics(SIZES);
        try (StaticPlan plan = plan(outputs())) {
            statistics.add(plan::output, new int[] {4, 2}, valid(0, 4, 2), ENTROPIES);
            statistics.clear();
            statistics.add(plan::output, new int[] {4, 2}, valid(0, 4, 2), ENTROPIES);
            statistics.add(plan::output, new int[] {2, 0}, valid(0, 2, 0), ENTROPIES);
        }
        assertThat(statistics.thoughtNll()).containsExactly(new double[] {(36.0 + 1 + 4) / 10, 25}, within(1e-12));
        Map<String, Object> metrics = new LinkedHashMap<>();
        statistics.putInto(metrics);
        assertThat(metrics).containsEntry("reward_mean", 3.0).containsEntry("thought_entropy", (16.0 + 3) / 10);
    }

    @Test
    void rewardTrimLeavesOutPositionsAtTheEnd() {
        var statistics = new ThoughtStatistics(SIZES);
        try (StaticPlan plan = plan(outputs())) {
            statistics.add(plan::output, new int[] {4, 2}, valid(1, 4, 2), ENTROPIES);
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        statistics.putInto(metrics);
        assertThat(metrics).containsEntry("reward_mean", 2.0).containsEntry("advantage_positive_share", 0.5);
    }

    @Test
    void aBatchWithoutLabelsGivesZeros() {
        var statistics = new ThoughtStatistics(SIZES);
        try (StaticPlan plan = plan(outputs())) {
            statistics.add(plan::output, new int[] {1, 0}, valid(0, 1, 0), ENTROPIES);
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        statistics.putInto(metrics);
        assertThat(metrics.values()).allMatch(value -> value.equals(0.0));
        assertThat(statistics.thoughtNll()).containsExactly(0, 0);
    }
}
