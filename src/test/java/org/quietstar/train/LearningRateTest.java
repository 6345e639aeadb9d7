package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.config.OptimizerConfig;

class LearningRateTest {
    private static LearningRate rate(String schedule, int warmup, int steps) {
        return new LearningRate(new OptimizerConfig(0.8, 0.9, 0.999, 1e-8, 0, warmup, schedule, 0.25, 1, 1), steps);
    }

    @ParameterizedTest
    @CsvSource({"constant", "linear", "cosine"})
    void warmsUpLinearlyToThePeak(String schedule) {
        LearningRate rate = rate(schedule, 4, 20);
        for (int step = 1; step <= 4; step++) {
            assertThat(rate.at(step)).isCloseTo(0.2 * step, within(1e-15));
        }
    }

    /** Peak 0.8, ending at a quarter of it; 16 steps of decay after 4 of warm-up. */
    @ParameterizedTest
    @CsvSource({
        "constant, 5, 0.8",
        "constant, 20, 0.8",
        "constant, 50, 0.8",
        "linear, 8, 0.65",
        "linear, 12, 0.5",
        "linear, 20, 0.2",
        "linear, 50, 0.2",
        "cosine, 8, 0.7121320343559643",
        "cosine, 12, 0.5",
        "cosine, 20, 0.2",
        "cosine, 50, 0.2"
    })
    void thenFollowsTheSchedule(String schedule, int step, double expected) {
        assertThat(rate(schedule, 4, 20).at(step)).isCloseTo(expected, within(1e-15));
    }

    @Test
    void neverRisesAfterTheWarmUp() {
        for (String schedule : new String[] {"linear", "cosine"}) {
            LearningRate rate = rate(schedule, 3, 40);
            for (int step = 4; step <= 41; step++) {
                assertThat(rate.at(step)).isLessThanOrEqualTo(rate.at(step - 1));
            }
        }
    }

    @Test
    void withoutWarmUpTheFirstStepIsPartOfTheDecay() {
        assertThat(rate("linear", 0, 10).at(1)).isCloseTo(0.8 * (1 - 0.75 * 0.1), within(1e-15));
        assertThat(rate("constant", 0, 10).at(1)).isEqualTo(0.8);
    }

    @Test
    void warmUpMayTakeTheWholeStage() {
        assertThat(rate("cosine", 5, 5).at(5)).isEqualTo(0.8);
    }
}
