package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.ablation.AblationGrid;
import org.quietstar.data.SharedFiles;
import org.quietstar.data.synthetic.SyntheticDataset;
import org.quietstar.data.synthetic.World;
import org.quietstar.train.MetricsLog;

/** Every recipe in configs/ trains: with its own settings, but for fewer steps and smaller sizes. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class RecipesIT {
    @TempDir
    private Path folder;

    private List<ObjectNode> train(String recipe, String... sets) throws Exception {
        Path run = folder.resolve("run");
        List<String> arguments = new ArrayList<>(List.of("train", "configs/" + recipe, "--set", "output.dir=" + run));
        for (String set : sets) {
            arguments.addAll(List.of("--set", set));
        }
        Program.Outcome outcome = Program.run(folder, arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).as(outcome.out()).isZero();
        assertThat(outcome.out()).contains("NLL (nats per token)");
        List<ObjectNode> lines = MetricsLog.read(run.resolve("metrics.jsonl"));
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.get("loss").isNumber()).as(line.toString()).isTrue();
            assertThat(line.get("skipped_steps").asInt()).isZero();
        });
        return lines;
    }

    @Test
    void thereIsATestForEachRecipe() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("configs"))) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
            assertThat(names)
                    .containsExactly(
                            "openwebmath-mistral-7b.yaml",
                            "tiny-distill.yaml",
                            "tiny.yaml",
                            "tinystories-from-scratch.yaml",
                            "tinystories.yaml");
        }
    }

    /** The variant of configs/effect/rivals.yaml, with few steps. */
    @Test
    void tinyOnItsOwnRationales() throws Exception {
        AblationGrid grid = AblationGrid.read(Path.of("configs/effect/rivals.yaml"));
        List<String> sets = new ArrayList<>(grid.cells().stream()
                .filter(cell -> cell.variant().name().equals("star"))
                .findFirst()
                .orElseThrow()
                .sets());
        sets.addAll(List.of(
                "stages.base.train.steps=60",
                "stages.quiet-star.train.steps=4",
                "optimizer.warmupSteps=1",
                "stages.base.optimizer.warmupSteps=10",
                "star.turns=2",
                "star.questions=400",
                "evaluation.maxTokens=200"));
        List<ObjectNode> lines = train("tiny.yaml", sets.toArray(String[]::new));
        assertThat(lines).hasSize(64);
        assertThat(lines.get(60).get("star_asked").asInt()).isEqualTo(400);
        assertThat(lines.get(62).get("star_kept").asInt()).isBetween(1, 400);
        assertThat(Files.readAllLines(folder.resolve("run/star/quiet-star-turn-2.jsonl")))
                .hasSize(lines.get(62).get("star_kept").asInt());
        JsonNode answers = new ObjectMapper()
                .readTree(folder.resolve("run/evaluation/summary.json").toFile())
                .get("answers-cot");
        assertThat(answers.get("items").asInt()).isEqualTo(1000);
        assertThat(answers.has("with")).isFalse();
    }

    @Test
    void tiny() throws Exception {
        List<ObjectNode> lines = train(
                "tiny.yaml",
                "optimizer.warmupSteps=2",
                "stages.base.train.steps=4",
                "stages.plain.train.steps=3",
                "stages.quiet-star.train.steps=3",
                "stages.quiet-star.train.gradientNormsEvery=2",
                "evaluation.maxTokens=200");
        assertThat(lines).hasSize(10);
        assertThat(lines)
                .extracting(line -> line.get("stage").asText())
                .containsExactly(
                        "base",
                        "base",
                        "base",
                        "base",
                        "plain",
                        "plain",
                        "plain",
                        "quiet-star",
                        "quiet-star",
                        "quiet-star");
        for (int step = 4; step < 7; step++) {
            // The same text: as many real tokens, which differ from batch to batch.
            assertThat(lines.get(step).get("tokens"))
                    .isEqualTo(lines.get(step + 3).get("tokens"));
        }
        // The same model and the same first batch.
        assertThat(lines.get(4).get("nll_base").asDouble())
                .isCloseTo(lines.get(7).get("nll_base").asDouble(), within(1e-5));
        assertThat(lines.get(7).has("grad_norm_policy")).isFalse();
        assertThat(lines.get(8).has("grad_norm_policy")).isTrue();
        JsonNode answers = new ObjectMapper()
                .readTree(folder.resolve("run/evaluation/summary.json").toFile())
                .get("answers");
        assertThat(answers.get("items").asInt()).isEqualTo(1000);
        assertThat(answers.get("chance").asDouble()).isEqualTo(0.1);
        for (String way : List.of("plain", "without", "with", "shuffled")) {
            assertThat(answers.get(way).asDouble()).as(way).isBetween(0.0, 0.3);
        }
    }

    @Test
    void tinyDistill() throws Exception {
        List<ObjectNode> lines = train(
                "tiny-distill.yaml",
                "optimizer.warmupSteps=1",
                "stages.base.train.steps=2",
                "stages.plain.train.steps=2",
                "stages.quiet-star.train.steps=2",
                "stages.shorter.train.steps=2",
                "stages.student.train.steps=2",
                "evaluation.maxTokens=200");
        assertThat(lines).hasSize(10);
        assertThat(lines.get(9).get("mode").asText()).isEqualTo("distill");
        assertThat(lines.get(9).get("kl_teacher").asDouble()).isGreaterThan(-1e-4);
        // The student does not think, and plain training is beside it.
        JsonNode answers = new ObjectMapper()
                .readTree(folder.resolve("run/evaluation/summary.json").toFile())
                .get("answers");
        assertThat(answers.has("with")).isFalse();
        assertThat(answers.get("plain").asDouble()).isBetween(0.0, 0.3);
        assertThat(answers.get("without").asDouble()).isBetween(0.0, 0.3);
    }

    private void tinyStories(Path text) throws Exception {
        List<ObjectNode> lines = train(
                "tinystories-from-scratch.yaml",
                "data.train=" + text,
                "data.batchSize=1",
                "stages.language-model.data.batchSize=2",
                "data.sequenceLength=64",
                "optimizer.warmupSteps=1",
                "stages.language-model.train.steps=2",
                "stages.quiet-star.train.steps=2",
                "evaluation.maxTokens=200");
        assertThat(lines).hasSize(4);
    }

    @Test
    void tinyStoriesWithTextOfOnesOwn() throws Exception {
        var story = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            story.append("Once upon a time there was a cat with ").append(i).append(" hats. It was happy.\n");
        }
        tinyStories(Files.writeString(folder.resolve("stories.txt"), story));
    }

    @Test
    void tinyStoriesWithItsCorpus() throws Exception {
        tinyStories(SharedFiles.require("data/corpora/tinystories.txt"));
    }

    /** The model that the recipe starts from knows stories before it is trained; one with random weights does not. */
    @Test
    void tinyStoriesByATrainedModel() throws Exception {
        List<ObjectNode> lines = train(
                "tinystories.yaml",
                "data.train=" + SharedFiles.require("data/corpora/tinystories.txt"),
                "model.weights=" + SharedFiles.require("data/models/stories260K"),
                "data.batchSize=1",
                "optimizer.warmupSteps=1",
                "train.steps=2",
                "evaluation.maxTokens=200");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).get("nll_base").asDouble()).isLessThan(0.5 * Math.log(512));
        Program.Outcome compared = Program.run(
                folder,
                "evaluate",
                folder.resolve("run").toString(),
                "--against",
                SharedFiles.require("data/models/stories260K").toString());
        assertThat(compared.exitCode()).as(compared.err()).isZero();
        assertThat(compared.out()).containsPattern("stories260K +[12]\\.\\d{4}\n");
    }

    private List<ObjectNode> mistral(String... tokenizer) throws Exception {
        new SyntheticDataset(World.Family.HOUSE, 1, 100, 10).write(folder.resolve("openwebmath"));
        List<String> sets = new ArrayList<>(List.of(
                "data.train=" + folder.resolve("openwebmath/train.jsonl"),
                "data.validationFraction=0.2",
                "data.batchSize=2",
                "data.sequenceLength=32",
                "model.weights=",
                "model.hiddenSize=32",
                "model.intermediateSize=48",
                "model.layers=1",
                "model.heads=4",
                "model.kvHeads=2",
                "train.steps=2",
                "train.gradientNormsEvery=1",
                "evaluation.maxTokens=100"));
        sets.addAll(List.of(tokenizer));
        List<ObjectNode> lines = train("openwebmath-mistral-7b.yaml", sets.toArray(String[]::new));
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).get("nll_thought_k")).hasSize(4);
        // Two of the twenty steps of warm-up.
        assertThat(lines.get(0).get("learning_rate").asDouble()).isEqualTo(1e-6 / 20);
        assertThat(lines.get(1).get("learning_rate").asDouble()).isEqualTo(1e-6 * 2 / 20);
        return lines;
    }

    @Test
    void theMistralRecipeInSmallWithBytes() throws Exception {
        mistral("tokenizer.kind=byte", "tokenizer.path=", "model.vocabSize=0");
    }

    @Test
    void theMistralRecipeInSmallWithItsTokenizer() throws Exception {
        Path tokenizer = SharedFiles.require("data/tokenizers/mistral-7b-v0.1/tokenizer.json");
        List<ObjectNode> lines = mistral("tokenizer.path=" + tokenizer);
        assertThat(lines.get(0).get("nll_base").asDouble()).isBetween(Math.log(32000) - 0.5, Math.log(32000) + 0.5);
    }
}
