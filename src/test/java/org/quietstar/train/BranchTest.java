package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quietstar.train.StoppedRuns.assertSame;
import static org.quietstar.train.StoppedRuns.assertSameArrays;
import static org.quietstar.train.StoppedRuns.resume;
import static org.quietstar.train.StoppedRuns.stopAfterCheckpoint;
import static org.quietstar.train.StoppedRuns.stopAfterStep;
import static org.quietstar.train.StoppedRuns.trainUntilStopped;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.checkpoint.StageEnds;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.hub.ModelExport;
import org.quietstar.hub.ThoughtFiles;
import org.quietstar.model.LoraAdapters;

/** Stages that start from an earlier one than the stage before them. */
class BranchTest {
    private static final String BASE = """
            stages:
              - name: base
                train: {mode: language-model, steps: 4}
            """;
    private static final String PLAIN = """
              - name: plain
                from: base
                train: {mode: language-model, steps: 3}
            """;
    private static final String QUIET_STAR = """
              - name: quiet-star
                from: base
                train: {mode: quiet-star, steps: 4}
            """;
    private static final RunConfig CONFIG =
            SmallRecipe.stages(BASE + PLAIN + QUIET_STAR, "checkpoint.keepLast=1", "checkpoint.keepBest=false");

    @TempDir
    private static Path folder;

    private static Path straight;

    @BeforeAll
    static void trainStraight() {
        straight = train("straight", CONFIG);
    }

    private static Path train(String name, RunConfig config) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(config, run)) {
            assertThat(trainer.train()).isTrue();
        }
        return run;
    }

    private static Path checkpoint(Path run, long step) {
        return run.resolve("checkpoints/step-%08d".formatted(step));
    }

    private static Checkpoint load(Path run, long step) {
        return CheckpointStore.load(checkpoint(run, step), Checkpoint.Content.ALL);
    }

    private static List<String> steps(Path run) {
        return Arrays.stream(run.resolve("checkpoints").toFile().list())
                .sorted()
                .map(name -> name.replaceFirst("step-0*", ""))
                .toList();
    }

    /** The lines of the metrics, but for what differs between runs and branches that are otherwise the same. */
    private static List<ObjectNode> metrics(Path run, int from, int to) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).subList(from, to).stream()
                .map(MetricsLog::withoutTimings)
                .map(line -> {
                    line.remove(List.of("step", "stage", "flops"));
                    return line;
                })
                .toList();
    }

    @Test
    void theEndOfEveryStageIsKept() {
        assertThat(steps(straight)).containsExactly("4", "7", "11");
        assertThat(load(straight, 4).thought()).isEmpty();
        assertThat(load(straight, 7).thought()).isEmpty();
        assertThat(load(straight, 11).thought()).isNotEmpty();
    }

    @Test
    void withoutBranchesOnlyTheNewestAre() {
        RunConfig config = SmallRecipe.with("checkpoint.keepLast=1", "checkpoint.keepBest=false");
        assertThat(steps(train("no-branches", config))).containsExactly("12");
    }

    @Test
    void aBranchIsWhatItWouldBeWithoutTheOneBeforeIt() {
        Path alone = train("alone", SmallRecipe.stages(BASE + QUIET_STAR));
        assertSameArrays(load(straight, 11), load(alone, 8));
        assertThat(metrics(straight, 7, 11)).isEqualTo(metrics(alone, 4, 8));
        Path plain = train("plain", SmallRecipe.stages(BASE + PLAIN));
        assertSameArrays(load(straight, 7), load(plain, 7));
    }

    @Test
    void fromTheStageBeforeIsAsWithoutIt() {
        Path without = train("without-from", SmallRecipe.stages(BASE + PLAIN.replace("    from: base\n", "")));
        assertSameArrays(load(straight, 7), load(without, 7));
    }

    /** The same weights, thoughts, batches and draws give the same twins. */
    @Test
    void siblingsStartAlikeAndSeeTheSameBatches() {
        Path run = train("twins", SmallRecipe.stages(BASE + QUIET_STAR.replace("quiet-star\n", "twin\n") + QUIET_STAR));
        assertSameArrays(load(run, 12), load(run, 8));
        assertThat(metrics(run, 8, 12)).isEqualTo(metrics(run, 4, 8));
    }

    /** Within each branch, before and after its first checkpoint. */
    @ParameterizedTest
    @ValueSource(ints = {5, 6, 8, 10})
    void resumedEndsAsTheUndisturbedRun(int step) {
        Path run = folder.resolve("stopped-" + step);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainUntilStopped(trainer, stopAfterStep(step));
        }
        goOn(run);
        assertEndsAsUndisturbed(run);
    }

    /** Directly after the last checkpoint of a stage. */
    @ParameterizedTest
    @ValueSource(ints = {4, 7})
    void resumedBetweenStages(int step) {
        Path run = folder.resolve("between-" + step);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainUntilStopped(trainer, stopAfterCheckpoint(step));
        }
        goOn(run);
        assertEndsAsUndisturbed(run);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7})
    void stoppedItGoesOnInTheSameProcess(int step) {
        Path run = folder.resolve("paused-" + step);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (metrics.get("step").equals((long) step)) {
                        trainer.stop();
                    }
                }
            });
            assertThat(trainer.train()).isFalse();
            assertThat(trainer.train()).isTrue();
        }
        assertEndsAsUndisturbed(run);
    }

    private static void goOn(Path run) {
        try (Trainer trainer = resume(run)) {

            assertThat(trainer.train()).isTrue();
        }
    }

    private static void assertEndsAsUndisturbed(Path run) {
        assertThat(steps(run)).isEqualTo(steps(straight));
        for (long end : new long[] {4, 7, 11}) {
            Checkpoint found = load(run, end);
            Checkpoint wanted = load(straight, end);
            assertSameArrays(found, wanted);
            assertThat(found.state()).isEqualTo(wanted.state());
        }
        assertThat(metrics(run, 0, 11)).isEqualTo(metrics(straight, 0, 11));
    }

    /** A run that was stopped in its second stage. */
    private static Path halfway(String name) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (metrics.get("step").equals(6L)) {
                        trainer.stop();
                    }
                }
            });
            assertThat(trainer.train()).isFalse();
        }
        return run;
    }

    @Test
    void aMissingBeginningIsSaidWhenTheRunIsResumed() throws IOException {
        Path run = halfway("missing");
        Path away = Files.move(checkpoint(run, 4), folder.resolve("away"));
        assertThatThrownBy(() -> Trainer.resume(run, SkippedCheckpointListener.log()))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(checkpoint(run, 4) + ": the stage 'quiet-star' starts from what 'base' ended with, and this"
                        + " checkpoint of it is missing; bring it back, or move it and the later ones out of "
                        + run.resolve("checkpoints") + ", and train --resume makes it again");
        Files.move(away, checkpoint(run, 4));
        goOn(run);
        assertEndsAsUndisturbed(run);
    }

    @Test
    void aDamagedBeginningIsSaidAndMadeAgain() throws IOException {
        Path run = halfway("damaged");
        Path weights = checkpoint(run, 4).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        assertThatThrownBy(() -> Trainer.resume(run, SkippedCheckpointListener.log()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(checkpoint(run, 4) + ": the stage 'quiet-star' starts from")
                .hasMessageContaining("damaged")
                .hasMessageContaining(weights.toString());
        for (long step : new long[] {4, 6}) {
            Files.move(checkpoint(run, step), folder.resolve("moved-" + step));
        }
        goOn(run);
        assertEndsAsUndisturbed(run);
    }

    @Test
    void aCheckpointOfAnotherStageIsNoBeginning() throws IOException {
        Path run = halfway("changed");
        Path config = run.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replaceFirst("steps: 4\n", "steps: 6\n"));
        assertThatThrownBy(() -> new StageEnds(run, new RunFolder(run).readConfig()).load("base"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("is not of the end of stage 'base', but of step 2 of stage 2")
                .hasMessageContaining("config.yaml");
    }

    /** Its thoughts are those of its branch, whatever the run's last stage has. */
    @Test
    void aCheckpointBelongsToItsBranch() {
        RunConfig config = SmallRecipe.stages(BASE + """
                  - {name: short, train: {mode: quiet-star, steps: 2}, thought: {thoughtTokens: 1}}
                  - {name: long, from: base, train: {mode: quiet-star, steps: 2}, thought: {thoughtTokens: 3}}
                  - {name: longer, train: {mode: quiet-star, steps: 2}, thought: {thoughtTokens: 4}}
                """);
        Path run = folder.resolve("thoughts");
        try (Trainer trainer = Trainer.start(config, run)) {
            List<Integer> thoughtTokens = new ArrayList<>();
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStage(StageConfig stage, int stepsDone) {
                    thoughtTokens.add(trainer.thoughtSettings().thoughtTokens());
                }
            });
            assertThat(trainer.train()).isTrue();
            thoughtTokens.add(trainer.thoughtSettings().thoughtTokens());
            assertThat(thoughtTokens).containsExactly(4, 1, 3, 4, 4);
            assertThat(StageEnds.thoughtSettings(config, load(run, 6)).thoughtTokens())
                    .isEqualTo(1);
            assertThat(StageEnds.thoughtSettings(config, load(run, 8)).thoughtTokens())
                    .isEqualTo(3);
            Path exported = folder.resolve("exported");
            new ModelExport(config, load(run, 6), trainer.tokenizer(), 1L << 20, ModelExport.Adapters.MERGED)
                    .write(exported);
            var thoughts = ThoughtFiles.read(exported, trainer.model().config()).orElseThrow();
            assertThat(thoughts.config().thoughtTokens()).isEqualTo(1);
        }
    }

    @Test
    void aBranchBesideAdaptersAndThoughtsHasNone() {
        RunConfig config = SmallRecipe.stages(BASE + """
                  - name: adapted
                    train: {mode: quiet-star, steps: 2, lora: {rank: 2}}
                """ + PLAIN);
        Path run = folder.resolve("lora");
        try (Trainer trainer = Trainer.start(config, run)) {
            assertThat(trainer.train()).isTrue();
            assertThat(LoraAdapters.rank(trainer.model().decoder())).isEmpty();
            assertThat(trainer.model().thought()).isEmpty();
        }
        assertThat(load(run, 6).thought()).isNotEmpty();
        Checkpoint plain = load(run, 9);
        assertSame(plain.weights(), load(straight, 7).weights());
        assertThat(plain.optimizer().keySet())
                .isEqualTo(load(straight, 7).optimizer().keySet());
    }

    @Test
    void aStageWithoutStepsStandsForWhatItBeganWith() {
        Path run = train("no-steps", SmallRecipe.stages("""
                stages:
                  - name: start
                    train: {mode: language-model, steps: 0}
                  - name: a
                    train: {mode: language-model, steps: 3}
                  - name: same
                    train: {mode: language-model, steps: 0}
                  - name: b
                    from: start
                    train: {mode: language-model, steps: 3}
                  - name: c
                    from: same
                    train: {mode: language-model, steps: 2}
                  - name: d
                    from: a
                    train: {mode: language-model, steps: 2}
                """, "checkpoint.keepLast=1"));
        assertSameArrays(load(run, 6), load(run, 3));
        assertThat(steps(run)).containsExactly("3", "6", "8", "10");
        // c continues from a by way of a stage of its own, so it reads in another order than d.
        assertThat(load(run, 8).weights()).isNotEqualTo(load(run, 10).weights());
    }
}
