package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in configs/ is valid, ready to train, and explains each key that it sets. */
class RecipesTest {
    private static final Path FOLDER = Path.of("configs");

    static Stream<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    @Test
    void theRecipesAreThere() throws IOException {
        assertThat(recipes().map(p -> p.getFileName().toString()))
                .contains(
                        "tiny.yaml", "tinystories.yaml", "tinystories-from-scratch.yaml", "openwebmath-mistral-7b.yaml")
                .allSatisfy(name -> assertThat(name).endsWith(".yaml"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void loadsNamesItsTextAndPrintsBack(Path recipe) {
        RunConfig config = RunConfigs.load(recipe, List.of());
        RunConfigs.requireTrainingData(config);
        assertThat(Recipe.read(RunConfigs.toYaml(config))).isEqualTo(config);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyKeyBearsAComment(Path recipe) throws IOException {
        assertThat(Files.readAllLines(recipe)).allSatisfy(line -> {
            boolean key = line.matches("\\s*[A-Za-z0-9]+:\\s+[^#\\s].*");
            assertThat(line).matches(text -> !key || text.contains(" # ") || text.contains("  # "), "has a comment");
            assertThat(line).hasSizeLessThanOrEqualTo(120);
        });
    }

    @Test
    void theSmallRecipesTrainALanguageModelThenThoughts() {
        for (String name : List.of("tiny.yaml", "tinystories-from-scratch.yaml")) {
            RunConfig config = RunConfigs.load(FOLDER.resolve(name), List.of());
            assertThat(config.stages()).extracting(StageConfig::name).containsExactly("language-model", "quiet-star");
            assertThat(config.stages())
                    .extracting(s -> s.train().mode())
                    .containsExactly("language-model", "quiet-star");
            assertThat(config.tokenizer().kind()).isEqualTo("byte");
        }
    }

    @Test
    void thePaperRecipeHasThePapersSettings() {
        RunConfig config = RunConfigs.load(FOLDER.resolve("openwebmath-mistral-7b.yaml"), List.of());
        assertThat(config.model())
                .isEqualTo(new ModelConfig(
                        "models/mistral-7b",
                        32000,
                        4096,
                        14336,
                        32,
                        32,
                        8,
                        0,
                        10000.0,
                        1e-5,
                        4096,
                        false,
                        32768,
                        0.02));
        assertThat(config.thought()).isEqualTo(new ThoughtConfig(9, 4, 2, 1.0, "linear", "---", 1.0, List.of()));
        assertThat(config.loss()).isEqualTo(new LossConfig(0.5, 1e6, 3.0, true, "mean", "mixed", 0, false, 0.0, 0.0));
        assertThat(config.optimizer())
                .isEqualTo(new OptimizerConfig(1e-6, 0.9, 0.999, 1e-8, 1e-3, 20, "constant", 0.1, 1.0, 100.0));
        assertThat(config.train())
                .isEqualTo(new TrainConfig("quiet-star", 100, 1, 20, 0, 20, List.of(), LoraConfig.defaults(), true));
        assertThat(config.data().packing()).isEqualTo("random-span");
        assertThat(config.data().batchSize()).isEqualTo(8);
        assertThat(config.data().sequenceLength()).isEqualTo(256);
    }
}
