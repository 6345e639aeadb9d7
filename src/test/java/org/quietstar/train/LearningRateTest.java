package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quietstar.config.OptimizerConfig;
import org.quietstar.config.OptimizerConfig.LrSchedule;

class LearningRateTest {
    private static LearningRate rate(LrSchedule schedule, int warmup, int steps) {
        return new LearningRate(
                OptimizerConfig.defaults()
                        .withLearningRate(0.8)
                        .withWeightDecay(0)
                        .withWarmupSteps(warmup)
                        .withSchedule(schedule)
                        .withFinalLearningRateRatio(0.25)
                        .withThoughtEmbeddingLrScale(1),
                steps);
    }

    @ParameterizedTest
    @EnumSource(LrSchedule.class)
    void warmsUpLinearlyToThePeak(LrSchedule schedule) {
        LearningRate rate = rate(schedule, 4, 20);
        for (int step = 1; step <= 4; step++) {
            assertThat(rate.at(step)).isCloseTo(0.2 * step, within(1e-15));
        }
    }

    /** Peak 0.8, ending at a quarter of it; 16 steps of decay after 4 of warm-up. */
    @ParameterizedTest
    @CsvSource({
        "CONSTANT, 5, 0.8",
        "CONSTANT, 20, 0.8",
        "CONSTANT, 50, 0.8",
        "LINEAR, 8, 0.65",
        "LINEAR, 12, 0.5",
        "LINEAR, 20, 0.2",
        "LINEAR, 50, 0.2",
        "COSINE, 8, 0.7121320343559643",
        "COSINE, 12, 0.5",
        "COSINE, 20, 0.2",
        "COSINE, 50, 0.2"
    })
    void thenFollowsTheSchedule(LrSchedule schedule, int step, double expected) {
        assertThat(rate(schedule, 4, 20).at(step)).isCloseTo(expected, within(1e-15));
    }

    @Test
    void neverRisesAfterTheWarmUp() {
        for (LrSchedule schedule : List.of(LrSchedule.LINEAR, LrSchedule.COSINE)) {
            LearningRate rate = rate(schedule, 3, 40);
            for (int step = 4; step <= 41; step++) {
                assertThat(rate.at(step)).isLessThanOrEqualTo(rate.at(step - 1));
            }
        }
    }

    @Test
    void withoutWarmUpTheFirstStepIsPartOfTheDecay() {
        assertThat(rate(LrSchedule.LINEAR, 0, 10).at(1)).isCloseTo(0.8 * (1 - 0.75 * 0.1), within(1e-15));
        assertThat(rate(LrSchedule.CONSTANT, 0, 10).at(1)).isEqualTo(0.8);
    }

    @Test
    void warmUpMayTakeTheWholeStage() {
        assertThat(rate(LrSchedule.COSINE, 5, 5).at(5)).isEqualTo(0.8);
    }
}
