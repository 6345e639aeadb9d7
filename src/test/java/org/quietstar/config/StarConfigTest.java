package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The prompt with a hint. */
class StarConfigTest {
    @Test
    void aHintHasTheQuestionAndItsAnswer() {
        StarConfig usual = StarConfig.defaults();
        assertThat(usual.rationalises()).isTrue();
        assertThat(usual.hinted("Q: 2 + 2?\nA:", "4")).isEqualTo("The answer is 4.\nQ: 2 + 2?\nA:");
        assertThat(usual.withHint("").rationalises()).isFalse();
    }

    @Test
    void whatStandsInAQuestionIsNotFilledIn() {
        StarConfig star = StarConfig.defaults().withHint("{prompt} ({answer}) {other}");
        assertThat(star.hinted("{answer} $1 \\", "{prompt}")).isEqualTo("{answer} $1 \\ ({prompt}) {other}");
    }
}
