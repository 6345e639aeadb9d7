package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.ablation.AblationGrid;
import org.quietstar.config.RunConfig;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.Generation;
import org.quietstar.text.JsonText;
import org.quietstar.train.MetricsLog;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/** A small grid from its file to its table, stopped in the middle and continued. */
class AblationTest {
    private static final String GRID = """
            recipe: RECIPE
            output: OUT
            seeds: [1, 2]
            variants:
              - name: language-model
                set: {stages.last.train.mode: language-model}
              - name: pause
                set: {stages.last.train.mode: pause}
              - name: quiet-star
              - name: random
                of: quiet-star
                set: {evaluation.thoughtContent: random}
            """;

    private static final String RECIPE = """
            data:
              train: [datasets/tiny/train.jsonl]
              validation: [datasets/tiny/validation.jsonl]
              sequenceLength: 16
              batchSize: 2
              shuffleBuffer: 16
            model: {hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2, kvHeads: 1, tiedEmbeddings: true, maxPositions: 64}
            thought: {thoughtTokens: 2, lookahead: 2}
            optimizer: {warmupSteps: 2}
            checkpoint: {everySteps: 2}
            evaluation: {maxTokens: 100}
            stages: [{name: last, train: {mode: quiet-star, steps: 4}}]
            """;

    @TempDir
    private Path folder;

    private Path write(String output) throws Exception {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
        return Files.writeString(
                folder.resolve("grid.yaml"),
                GRID.replace("RECIPE", recipe.toString())
                        .replace("OUT", folder.resolve(output).toString()));
    }

    /** Stops in the third step of the pause variant's first run. */
    private static final class Stopping implements Ablation.Listener {
        private final Ablation ablation;
        private String variant = "";

        Stopping(Ablation ablation) {
            this.ablation = ablation;
        }

        @Override
        public void onCell(AblationGrid.Cell cell, int number, int all, boolean finished) {
            variant = cell.variant().name();
        }

        @Override
        public TrainingListener training() {
            return new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (variant.equals("pause") && stageStep == 3) {
                        ablation.stop();
                    }
                }
            };
        }
    }

    private void assertThatAPauseModelIsExportedAndLoaded(Path run) throws Exception {
        Path exported = folder.resolve("exported");
        QuietStar.export(run, exported);
        GenerateOptions options = GenerateOptions.builder().maxTokens(5).build();
        try (QuietStar model = QuietStar.load(run);
                QuietStar other = QuietStar.load(exported)) {
            assertThat(model.thinks()).isTrue();
            assertThat(other.thinks()).isTrue();
            assertThat(other.generate("hall red", options)).isEqualTo(model.generate("hall red", options));
            Generation read = other.read("hall", GenerateOptions.defaults());
            assertThat(read.tokens())
                    .isNotEmpty()
                    .allSatisfy(token ->
                            assertThat(token.thought().orElseThrow().isPause()).isTrue());
            assertThat(Plots.thoughts(read, other.tokenizer()).html()).contains("(pauses)");
        }
        Path recipe = Files.writeString(
                folder.resolve("again.yaml"),
                "model: {weights: " + exported + "}\ndata: {train: [datasets/tiny/train.jsonl], sequenceLength: 16}\n"
                        + "train: {mode: quiet-star, steps: 1}\n");
        RunConfig config = QuietStar.config(recipe, "thought.thoughtTokens=2");
        Path again = folder.resolve("again");
        assertThatThrownBy(() -> QuietStar.trainer(config, again))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("thought.json")
                .hasMessageContaining("mode: pause");
        assertThat(again).doesNotExist();
    }

    @Test
    void aStoppedGridEndsAsOneThatWasNotStopped() throws Exception {
        Ablation whole = Ablation.of(write("whole"));
        assertThat(whole.run(Ablation.Listener.none())).isTrue();

        Path file = write("stopped");
        Ablation stopped = Ablation.of(file);
        assertThat(stopped.run(new Stopping(stopped))).isFalse();
        assertThat(stopped.table().rows()).hasSize(1);
        Path run = folder.resolve("stopped/pause/seed-1");
        assertThat(MetricsLog.read(run.resolve("metrics.jsonl"))).hasSize(3);
        Path first = folder.resolve("stopped/results/language-model-seed-1.json");
        FileTime written = Files.getLastModifiedTime(first);

        Ablation continued = Ablation.of(file);
        List<Boolean> finished = new ArrayList<>();
        assertThat(continued.run(new Ablation.Listener() {
                    @Override
                    public void onCell(AblationGrid.Cell cell, int number, int all, boolean before) {
                        finished.add(before);
                    }
                }))
                .isTrue();
        assertThat(finished).hasSize(8).startsWith(true, false, false);
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(written);
        assertThat(JsonText.read(folder.resolve("stopped/table.json")))
                .isEqualTo(JsonText.read(folder.resolve("whole/table.json")));
        assertThat(folder.resolve("stopped/README.md")).content().contains("| random | 2 |");
        assertThat(folder.resolve("stopped/nll_mixed.png")).isNotEmptyFile();
        var table = JsonText.read(folder.resolve("whole/table.json"));
        assertThat(table.path("pause").path("flops").path("mean").asDouble())
                .isLessThan(table.path("quiet-star").path("flops").path("mean").asDouble());
        assertThat(table.path("random").path("nll_base"))
                .isEqualTo(table.path("quiet-star").path("nll_base"));

        assertThatAPauseModelIsExportedAndLoaded(run);

        // What was made with other settings is neither taken for this grid's nor overwritten.
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("name: quiet-star", "name: quiet-star\n    set: {loss.policyWeight: 0}"));
        Ablation other = Ablation.of(file);
        assertThatThrownBy(() -> other.run(Ablation.Listener.none()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("quiet-star-seed-1.json")
                .hasMessageContaining("another output");
    }

    private static final String SHARED_GRID = """
            recipe: RECIPE
            output: OUT
            seeds: [1]
            set: {stages.plain.train.steps: 2}
            variants:
              - name: language-model
                set: {stages.last.train.mode: language-model}
              - name: shorter
                set: {thought.thoughtTokens: 1, loss.policyWeight: 0}
              - name: slower
                set: {stages.plain.optimizer.learningRate: 1.0e-5}
              - name: other-base
                set: {stages.base.optimizer.learningRate: 1.0e-5}
              - name: asked-otherwise
                set: {stages.plain.train.steps: 1, evaluation.taskVotes: 1}
            """;

    /** Runs the grid and returns how many steps each variant's run has made itself. */
    private Map<String, Integer> stepsMade(Path grid) {
        Map<String, Integer> made = new LinkedHashMap<>();
        boolean done = Ablation.of(grid).run(new Ablation.Listener() {
            private String variant = "";

            @Override
            public void onCell(AblationGrid.Cell cell, int number, int all, boolean finished) {
                variant = cell.variant().name();
            }

            @Override
            public TrainingListener training() {
                return new TrainingListener() {
                    @Override
                    public void onStep(int stageStep, Map<String, Object> metrics) {
                        made.merge(variant, 1, Integer::sum);
                    }
                };
            }
        });
        assertThat(done).isTrue();
        return made;
    }

    private Path sharedGrid(String output) throws Exception {
        String stages = "stages: [{name: base, train: {mode: language-model, steps: 3}},"
                + " {name: plain, train: {mode: language-model, steps: 2}},"
                + " {name: last, from: base, train: {mode: quiet-star, steps: 2}}]";
        Path recipe = Files.writeString(
                folder.resolve("stages.yaml"), RECIPE.replaceAll("stages: .*", Matcher.quoteReplacement(stages)));
        return Files.writeString(
                folder.resolve(output + ".yaml"),
                SHARED_GRID
                        .replace("RECIPE", recipe.toString())
                        .replace("OUT", folder.resolve(output).toString()));
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.remove(MetricsLog.TIMING_KEYS))
                .toList();
    }

    @Test
    void whatVariantsHaveInCommonIsTrainedOnceAndMakesNoDifference() throws Exception {
        Path grid = sharedGrid("shared");
        assertThat(stepsMade(grid))
                .containsExactly(
                        Map.entry("language-model", 7),
                        Map.entry("shorter", 2),
                        Map.entry("slower", 4),
                        Map.entry("other-base", 7),
                        Map.entry("asked-otherwise", 3));
        for (AblationGrid.Cell cell : Ablation.of(grid).grid().cells()) {
            Path alone = folder.resolve("alone-" + cell.variant().name());
            RunConfig config = QuietStar.config(folder.resolve("stages.yaml"), cell.sets());
            try (Trainer trainer = QuietStar.trainer(config, alone)) {
                trainer.train();
            }
            assertThat(metrics(cell.run())).isEqualTo(metrics(alone));
        }
    }

    @Test
    void aDamagedStageIsTrainedAgain() throws Exception {
        Path grid = sharedGrid("damaged");
        stepsMade(grid);
        Path output = folder.resolve("damaged");
        for (String variant : List.of("shorter", "slower")) {
            Files.move(output.resolve(variant), folder.resolve("moved-" + variant));
            Files.delete(output.resolve("results/" + variant + "-seed-1.json"));
        }
        Path weights = output.resolve("language-model/seed-1/checkpoints/step-00000005/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThat(stepsMade(grid)).containsExactly(Map.entry("shorter", 4), Map.entry("slower", 4));
    }
}
