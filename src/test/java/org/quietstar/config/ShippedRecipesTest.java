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
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.OptimizerConfig.LrSchedule;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
import org.quietstar.config.TrainConfig.TrainMode;

/** Every file in configs/ is valid, ready to train, and explains each key that it sets. */
class ShippedRecipesTest {
    private static final Path FOLDER = Path.of("configs");

    static Stream<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
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
        RunConfig config = Recipes.load(recipe, List.of());
        Recipes.requireTrainingData(config);
        assertThat(Recipe.read(Recipes.toYaml(config))).isEqualTo(config);
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
        RunConfig config = Recipes.load(FOLDER.resolve("tinystories-from-scratch.yaml"), List.of());
        assertThat(config.stages()).extracting(StageConfig::name).containsExactly("language-model", "quiet-star");
        assertThat(config.stages())
                .extracting(s -> s.train().mode())
                .containsExactly(TrainMode.LANGUAGE_MODEL, TrainMode.QUIET_STAR);
        assertThat(config.tokenizer().kind()).isEqualTo(TokenizerKind.BYTE);
    }

    /** The control of the embedded default: from the same model, on the same batches, as many steps. */
    @Test
    void theTinyRecipeTrainsItsBaseInTwoWaysOnTheSameText() {
        RunConfig config = Recipes.load(FOLDER.resolve("tiny.yaml"), List.of());
        assertThat(config.stages()).extracting(StageConfig::name).containsExactly("base", "plain", "quiet-star");
        assertThat(config.stages())
                .extracting(s -> s.train().mode())
                .containsExactly(TrainMode.LANGUAGE_MODEL, TrainMode.LANGUAGE_MODEL, TrainMode.QUIET_STAR);
        assertThat(config.stages()).extracting(StageConfig::from).containsExactly("", "base", "base");
        StageConfig plain = config.plainStage().orElseThrow();
        StageConfig thinking = config.stages().get(2);
        assertThat(plain.name()).isEqualTo("plain");
        assertThat(plain.data()).isEqualTo(thinking.data());
        assertThat(plain.optimizer()).isEqualTo(thinking.optimizer());
        assertThat(plain.train().steps()).isEqualTo(thinking.train().steps());
        assertThat(config.evaluation().tasks()).containsExactly("datasets/tiny/answers.yaml");
    }

    @Test
    void thePaperRecipeHasThePapersSettings() {
        RunConfig config = Recipes.load(FOLDER.resolve("openwebmath-mistral-7b.yaml"), List.of());
        assertThat(config.model())
                .isEqualTo(ModelConfig.defaults()
                        .withWeights("models/mistral-7b")
                        .withVocabSize(32000)
                        .withHiddenSize(4096)
                        .withIntermediateSize(14336)
                        .withLayers(32)
                        .withHeads(32)
                        .withKvHeads(8)
                        .withSlidingWindow(4096)
                        .withTiedEmbeddings(false)
                        .withMaxPositions(32768));
        assertThat(config.lastStage().thought())
                .isEqualTo(ThoughtConfig.defaults()
                        .withThoughtTokens(9)
                        .withLookahead(4)
                        .withThoughtsPerPosition(2)
                        .withThoughtTemperature(1)
                        .withMixer(Mixer.LINEAR)
                        .withInitText("---"));
        assertThat(config.lastStage().loss())
                .isEqualTo(LossConfig.defaults()
                        .withBaseLossWeight(0.5)
                        .withPolicyWeight(1e6)
                        .withReinforceTemperature(3)
                        .withClampNegative(true)
                        .withRewardBaseline(RewardBaseline.MEAN)
                        .withReward(RewardSource.MIXED));
        assertThat(config.lastStage().optimizer())
                .isEqualTo(OptimizerConfig.defaults()
                        .withLearningRate(1e-6)
                        .withWeightDecay(1e-3)
                        .withWarmupSteps(20)
                        .withSchedule(LrSchedule.CONSTANT)
                        .withClipNorm(1)
                        .withThoughtEmbeddingLrScale(100));
        assertThat(config.lastStage().train()).isEqualTo(TrainConfig.defaults().withGradientNormsEvery(20));
        assertThat(config.lastStage().data().packing()).isEqualTo(Packing.RANDOM_SPAN);
        assertThat(config.lastStage().data().batchSize()).isEqualTo(8);
        assertThat(config.lastStage().data().sequenceLength()).isEqualTo(256);
    }
}
