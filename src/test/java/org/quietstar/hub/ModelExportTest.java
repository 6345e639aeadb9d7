package org.quietstar.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.data.SharedFiles;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GenerationListener;
import org.quietstar.model.LoraAdapters;
import org.quietstar.safetensors.SafetensorsReader;
import org.quietstar.samediff.Differences;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import org.quietstar.train.SmallRecipe;
import org.quietstar.train.Trainer;

/** A trained model out, and in again. */
class ModelExportTest {
    private static final long LARGE = 1L << 32;

    @TempDir
    private Path folder;

    private Checkpoint train(RunConfig config) {
        Path run = folder.resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.train();
        }
        return new CheckpointStore(run, config.checkpoint())
                .loadLatest((path, why) -> {})
                .orElseThrow();
    }

    private static void export(RunConfig config, Checkpoint checkpoint, Path target, long shardBytes) {
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            new ModelExport(config, checkpoint, tokenizer, shardBytes, ModelExport.Adapters.MERGED).write(target);
        }
    }

    @Test
    void adaptersAreMergedOrApart() throws IOException {
        RunConfig config = SmallRecipe.with(
                "stages.language-model.train.steps=0",
                "stages.quiet-star.train.steps=3",
                "train.lora.rank=2",
                "optimizer.learningRate=0.01");
        Checkpoint checkpoint = train(config);
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            ThinkingModel model = ModelLoader.restore(
                    config, tokenizer, checkpoint, config.stages().get(1).thought());
            Path merged = folder.resolve("merged");
            export(config, checkpoint, merged, LARGE);
            Map<String, INDArray> expected =
                    LoraAdapters.merged(model.config(), model.decoder()).asMap();
            Map<String, INDArray> frozen =
                    LoraAdapters.withoutAdapters(model.decoder()).asMap();
            assertSame(ModelFolder.open(merged).parameters(DataType.FLOAT).asMap(), expected);
            assertThat(merged.resolve(ModelExport.ADAPTER)).doesNotExist();
            assertThat(expected).isNotEqualTo(frozen);

            Path apart = folder.resolve("apart");
            new ModelExport(config, checkpoint, tokenizer, LARGE, ModelExport.Adapters.APART).write(apart);
            assertSame(ModelFolder.open(apart).parameters(DataType.FLOAT).asMap(), frozen);
            Path adapter = apart.resolve(ModelExport.ADAPTER);
            try (var file = SafetensorsReader.open(adapter.resolve("adapter_model.safetensors"))) {
                Map<String, INDArray> tensors = LoraAdapters.peftTensors(model.decoder());
                assertThat(Set.copyOf(file.names())).isEqualTo(tensors.keySet());
                tensors.forEach((name, array) -> assertThat(Differences.numbers(file.read(name, DataType.FLOAT)))
                        .isEqualTo(Differences.numbers(array)));
            }
            assertThat(new JsonMapper()
                            .readTree(Files.readAllBytes(adapter.resolve("adapter_config.json")))
                            .path("r")
                            .asInt())
                    .isEqualTo(2);
        }
    }

    /** A later stage of another mode has settings of thoughts, too, but the model does not think by them. */
    @Test
    void aModelThinksAsItWasTrainedToThinkHoweverItIsLoaded() {
        RunConfig config = SmallRecipe.stages("""
                stages:
                  - {name: thinks, train: {mode: quiet-star, steps: 2}, thought: {thoughtTokens: 3}}
                  - {name: after, train: {mode: language-model, steps: 2}, thought: {thoughtTokens: 5}}
                """);
        Checkpoint checkpoint = train(config);
        Path target = folder.resolve("out");
        export(config, checkpoint, target, LARGE);
        for (Path path : List.of(folder.resolve("run"), target)) {
            try (QuietStar model = QuietStar.load(path)) {
                assertThat(model.generate(
                                        "red where",
                                        GenerateOptions.builder().maxTokens(1).build(),
                                        GenerationListener.none())
                                .tokens()
                                .get(0)
                                .thought()
                                .orElseThrow()
                                .ids())
                        .as("thought of the model in " + path)
                        .hasSize(3);
            }
        }
        try (QuietStar model = QuietStar.ofStage(folder.resolve("run"), "after")) {
            assertThat(model.thinks()).isTrue();
        }
    }

    private static void assertSame(Map<String, INDArray> actual, Map<String, INDArray> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, array) ->
                assertThat(Differences.numbers(actual.get(name))).as(name).isEqualTo(Differences.numbers(array)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gpt2"})
    void whatWasTrainedComesBackBitForBit(String family) throws IOException {
        int kvHeads = family.equals("gpt2") ? 2 : 1;
        RunConfig config = SmallRecipe.with(
                "model.family=" + family,
                "model.kvHeads=" + kvHeads,
                "stages.language-model.train.steps=2",
                "stages.quiet-star.train.steps=2",
                "thought.mixer=sigmoid",
                "thought.bannedIds=[5, 9]");
        Checkpoint checkpoint = train(config);
        Path target = folder.resolve("out/model");
        export(config, checkpoint, target, 4000);
        ModelFolder found = ModelFolder.open(target);
        assertThat(found.config().family()).isEqualTo(family);
        assertSame(found.parameters(DataType.FLOAT).asMap(), checkpoint.weights());
        ThoughtFiles.Thoughts thoughts =
                ThoughtFiles.read(target, found.config()).orElseThrow();
        assertSame(thoughts.parameters().asMap(), checkpoint.thought());
        assertThat(thoughts.config().mixer()).isEqualTo(Mixer.SIGMOID);
        assertThat(thoughts.config().thoughtTokens()).isEqualTo(2);
        assertThat(thoughts.config().bannedIds()).contains(5, 9).hasSize(3);
        assertThat(target.resolve("model.safetensors.index.json")).exists();
        assertThatTrainingStartsFrom(target, checkpoint);
        assertThat(Recipes.fromYaml(Files.readString(target.resolve(ModelExport.RECIPE)), "x", List.of()))
                .isEqualTo(config);
        try (Stream<Path> left = Files.list(folder.resolve("out"))) {
            assertThat(left).containsExactly(target);
        }
    }

    private static void assertThatTrainingStartsFrom(Path target, Checkpoint checkpoint) {
        RunConfig next = Recipes.fromYaml(
                "data: {sequenceLength: 16}\nmodel: {weights: " + target + "}", "next", List.of(), ModelFolder::find);
        try (Tokenizer tokenizer = Tokenizers.open(next.tokenizer())) {
            assertSame(ModelLoader.create(next, tokenizer).decoder().asMap(), checkpoint.weights());
        }
    }

    @Test
    void aTokenizerThatDoesNotFitIsRefused() {
        Path stories = SharedFiles.require("data/models/stories260K");
        String recipe = "data: {sequenceLength: 16}\nmodel: {weights: " + stories + "}\ntokenizer: {kind: huggingface,"
                + " path: " + SharedFiles.require("data/tokenizers/gpt2/tokenizer.json") + "}";
        assertThatThrownBy(() -> Recipes.fromYaml(recipe, "next", List.of(), ModelFolder::find))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("next:3", "tokenizer.kind", stories.toString(), "delete the section");
    }

    @Test
    void theCardSaysWhereTheModelComesFrom() throws IOException {
        RunConfig config = SmallRecipe.with("stages.language-model.train.steps=2", "stages.quiet-star.train.steps=2");
        Checkpoint checkpoint = train(config);
        Path target = folder.resolve("model");
        Files.createDirectory(target);
        export(config, checkpoint, target, LARGE);
        String card = Files.readString(target.resolve("README.md"));
        Map<?, ?> data = (Map<?, ?>) checkpoint.state().get("data");
        assertThat(card)
                .contains(
                        "LlamaForCausalLM", "| step | 4 |", "| stage | quiet-star |", "| seed | 7 |", "random weights")
                .contains("datasets/tiny/train.jsonl", data.get("fingerprint").toString(), "nd4j=", "thought.json")
                .contains(Recipes.toYaml(config));
        var json = new JsonMapper().readTree(target.resolve("config.json").toFile());
        assertThat(json.at("/architectures/0").asText()).isEqualTo("LlamaForCausalLM");
        assertThat(json.get("torch_dtype").asText()).isEqualTo("float32");
        assertThat(json.get("eos_token_id").isInt()).isTrue();
        try (SafetensorsReader weights = SafetensorsReader.open(target.resolve("model.safetensors"))) {
            assertThat(weights.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(weights.names()).doesNotContain("lm_head.weight", "start_embedding");
        }
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        RunConfig config = SmallRecipe.with("stages.language-model.train.steps=1", "stages.quiet-star.train.steps=0");
        Checkpoint checkpoint = train(config);
        Path target = folder.resolve("model");
        export(config, checkpoint, target, LARGE);
        assertThat(target.resolve("thought.safetensors")).doesNotExist();
        assertThat(ThoughtFiles.read(target, ModelFolder.open(target).config())).isEmpty();
        assertThatThrownBy(() -> export(config, checkpoint, target, LARGE))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(target.toString(), "not empty", "name a new folder");
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> export(config, checkpoint, file, LARGE))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("there is a file of this name");
    }

    @Test
    void aFailedExportLeavesNothing() throws IOException {
        RunConfig config = SmallRecipe.with("stages.language-model.train.steps=1", "stages.quiet-star.train.steps=0");
        Checkpoint checkpoint = train(config);
        Path out = Files.createDirectory(folder.resolve("out"));
        RunConfig without = SmallRecipe.with(
                "stages.language-model.train.steps=1",
                "stages.quiet-star.train.steps=0",
                "tokenizer.kind=huggingface",
                "tokenizer.path=" + folder.resolve("gone.json"));
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            var export = new ModelExport(without, checkpoint, tokenizer, LARGE, ModelExport.Adapters.MERGED);
            assertThatThrownBy(() -> export.write(out.resolve("model")))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("cannot be written", "gone.json");
        }
        assertThat(out).isEmptyDirectory();
    }
}
