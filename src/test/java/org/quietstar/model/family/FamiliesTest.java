package org.quietstar.model.family;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;

class FamiliesTest {
    @ParameterizedTest
    @CsvSource({
        "qwen9, 2, 0, 0, 1, allowed: llama", "qwen2, 2, 6, 0, 1, headDim", "qwen2, 2, 0, 5, 1, slidingWindow",
        "qwen3, 2, 0, 5, 1, slidingWindow", "gpt2, 2, 0, 0, 1, kvHeads", "gpt2, 4, 6, 0, 1, headDim",
        "gpt2, 4, 0, 5, 1, slidingWindow", "gpt2, 4, 0, 0, 2, ropeScalingFactor"
    })
    void aRecipesSettingThatTheFamilyHasNoPlaceForIsNamed(
            String family, int kvHeads, int headDim, int window, double scaling, String words) {
        var wrong = new ModelConfig(
                "", 10, 8, 12, 2, 4, kvHeads, headDim, 500, 1e-3, window, true, 64, 0.4, family, scaling, 1, 4, 16);
        assertThatThrownBy(() -> Families.check(wrong))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("model.family", words);
    }
}
