package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which stage is the control of the last one: plain training from the same start. */
class PlainStageTest {
    private static Optional<String> plain(String stages) {
        return Recipes.fromYaml("stages:\n" + stages, "test", List.of())
                .plainStage()
                .map(StageConfig::name);
    }

    private static String stage(String name, String from, String mode, int steps) {
        return "  - {name: " + name + (from.isEmpty() ? "" : ", from: " + from) + ", train: {mode: " + mode
                + ", steps: " + steps + "}}\n";
    }

    private static final String BASE = stage("base", "", "language-model", 5);
    private static final String THINKS = stage("thinks", "base", "quiet-star", 5);

    @Test
    void isTheLanguageModelThatStartsWhereTheLastStageStarts() {
        assertThat(plain(BASE + stage("plain", "base", "language-model", 5) + THINKS))
                .contains("plain");
        // Without from it starts from the stage before it, which is the base.
        assertThat(plain(BASE + stage("plain", "", "language-model", 5) + THINKS))
                .contains("plain");
        assertThat(plain(BASE
                        + stage("far", "base", "language-model", 5)
                        + stage("near", "base", "language-model", 5)
                        + THINKS))
                .contains("near");
    }

    @Test
    void isNotTheBaseNorAnythingElse() {
        assertThat(plain(BASE + stage("thinks", "", "quiet-star", 5))).isEmpty();
        assertThat(plain(BASE + stage("other", "base", "quiet-star", 5) + THINKS))
                .isEmpty();
        assertThat(plain(BASE + stage("untrained", "base", "language-model", 0) + THINKS))
                .isEmpty();
        assertThat(plain(BASE
                        + stage("plain", "base", "language-model", 5)
                        + stage("more", "base", "language-model", 5)))
                .isEmpty();
        assertThat(plain(BASE
                        + stage("second", "base", "language-model", 5)
                        + stage("third", "second", "language-model", 5)
                        + stage("thinks", "second", "quiet-star", 5)))
                .contains("third");
    }
}
