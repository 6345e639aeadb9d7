package org.quietstar.model.family;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.model.SmallDecoder;

class FamiliesTest {
    @ParameterizedTest
    @CsvSource({
        "qwen9, 2, 0, 0, 1, allowed: llama", "qwen2, 2, 6, 0, 1, headDim", "qwen2, 2, 0, 5, 1, slidingWindow",
        "qwen3, 2, 0, 5, 1, slidingWindow", "gpt2, 2, 0, 0, 1, kvHeads", "gpt2, 4, 6, 0, 1, headDim",
        "gpt2, 4, 0, 5, 1, slidingWindow", "gpt2, 4, 0, 0, 2, ropeScalingFactor"
    })
    void aRecipesSettingThatTheFamilyHasNoPlaceForIsNamed(
            String family, int kvHeads, int headDim, int window, double scaling, String words) {
        var wrong = SmallDecoder.config()
                .withKvHeads(kvHeads)
                .withHeadDim(headDim)
                .withRopeTheta(500)
                .withSlidingWindow(window)
                .withFamily(family)
                .withRopeScalingFactor(scaling)
                .withRopeOriginalPositions(16);
        assertThatThrownBy(() -> Families.check(wrong))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("model.family", words);
    }
}
