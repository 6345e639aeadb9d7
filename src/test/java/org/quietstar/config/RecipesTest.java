package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;

class RecipesTest {
    @TempDir
    private Path folder;

    @Test
    void keysThatAreLeftOutHaveTheirDefaults() {
        assertThat(Recipe.read("{}")).isEqualTo(RunConfig.defaults());
        assertThat(Recipe.read("seed: 42").seed()).isEqualTo(RunConfig.DEFAULT_SEED);
    }

    @Test
    void readsEveryType() {
        RunConfig config = Recipe.read("""
                seed: 9223372036854775807
                model: {tiedEmbeddings: false, rmsNormEps: 1e-6}
                data:
                  train: [a.txt, "b c.txt", '5']
                  validation: held-out.txt   # one text is a list of one
                  textField: "5"
                thought:
                  bannedIds: [0, 7]
                loss: {policyWeight: 1E6, entropyBonus: .5}
                train:
                  steps: 12
                  mode: language-model
                """);

        assertThat(config.seed()).isEqualTo(Long.MAX_VALUE);
        assertThat(config.model().tiedEmbeddings()).isFalse();
        assertThat(config.model().rmsNormEps()).isEqualTo(1e-6);
        assertThat(config.lastStage().data().train()).containsExactly("a.txt", "b c.txt", "5");
        assertThat(config.lastStage().data().validation()).containsExactly("held-out.txt");
        assertThat(config.lastStage().data().textField()).isEqualTo("5");
        assertThat(config.lastStage().thought().bannedIds()).containsExactly(0, 7);
        assertThat(config.lastStage().loss().policyWeight()).isEqualTo(1e6);
        assertThat(config.lastStage().loss().entropyBonus()).isEqualTo(0.5);
        assertThat(config.lastStage().train().steps()).isEqualTo(12);
        assertThat(config.stages()).singleElement().satisfies(stage -> {
            assertThat(stage.name()).isEqualTo("language-model");
            assertThat(stage.thinks()).isFalse();
        });
    }

    @Test
    void listsAreImmutable() {
        RunConfig config = Recipe.read("data: {train: [a.txt]}\nthought: {bannedIds: [1]}");
        assertThat(config.lastStage().data().train()).isUnmodifiable();
        assertThat(config.lastStage().thought().bannedIds()).isUnmodifiable();
        assertThat(config.stages()).isUnmodifiable();
    }

    @Test
    void loadsAFileWithByteOrderMarkAndWindowsLines() throws IOException {
        Path file = folder.resolve("windows.yaml");
        Files.writeString(file, "\uFEFFseed: 7\r\ntrain:\r\n  steps: x\r\n", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Recipes.load(file, List.of()))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(file + ":3: train.steps: 'x' is not a whole number; allowed: 0 or more (steps)");
        Files.writeString(file, "\uFEFFseed: 7\r\ntrain:\r\n  steps: 3\r\n", StandardCharsets.UTF_8);
        assertThat(Recipes.load(file, List.of()).lastStage().train().steps()).isEqualTo(3);
    }

    @Test
    void filesThatAreNoRecipeAreNamed() throws IOException {
        Path file = folder.resolve("tiny.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xc3, '(', '\n'});
        assertError(file, ":1: is not UTF-8 text");
        assertError(folder, ": is a folder; name one YAML file; recipes there: tiny.yaml");
        assertError(folder.resolve("tinny.yaml"), ": no such file; nearest is " + file + "; recipes there: tiny.yaml");
        Files.write(file, new byte[(1 << 20) + 1]);
        assertError(file, ": larger than 1 MiB, so no recipe");
    }

    @Test
    void anEmptyFileIsAnError() {
        for (String nothing : List.of("", "\n\n", "# only a comment\n", "---\n", "null", "~")) {
            assertThat(Recipe.error(nothing))
                    .startsWith("x.yaml: the file is empty; a recipe sets at least one of: seed");
        }
    }

    @Test
    void trainingTextIsAskedForOnlyWhereStepsAreMade() {
        assertThatThrownBy(() -> Recipes.requireTrainingData(Recipe.read("seed: 1")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith("data.train: [] names no text for the stage 'quiet-star' with train.steps 100");
        assertThatCode(() -> {
                    Recipes.requireTrainingData(Recipe.read("train: {steps: 0}"));
                    Recipes.requireTrainingData(Recipe.read("data: {train: a.txt}"));
                })
                .doesNotThrowAnyException();
    }

    private static void assertError(Path file, String end) {
        assertThatThrownBy(() -> Recipes.load(file, List.of()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(file + end);
    }
}
