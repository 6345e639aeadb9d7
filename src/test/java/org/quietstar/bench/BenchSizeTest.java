package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.bench.ScalingBenchmark.Over;

class BenchSizeTest {
    @Test
    void isFoundByName() {
        assertThat(BenchSize.of("small")).isSameAs(BenchSize.SMALL);
        assertThat(BenchSize.SMALL.textTokens()).isEqualTo(256);
        assertThat(Executor.of("session")).isEqualTo(Executor.SESSION);
        assertThat(Over.of("l")).isEqualTo(Over.L);
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> BenchSize.of("huge"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("--size huge: there is no such size; one of tiny, small, medium");
        assertThatThrownBy(() -> Executor.of("graph"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("--executor graph: there is no such executor; one of plan, session");
        assertThatThrownBy(() -> Over.of("V"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("--over V: there is no such size; one of L, T, P, B");
    }

    @Test
    void thereIsAtLeastOneStep() {
        assertThatThrownBy(() -> new StepBenchmark.Request(BenchSize.TINY, Executor.PLAN, 0, false))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("--steps 0: must be 1 or more");
    }
}
