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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.config.RunConfig;

/** A run that stops and continues gives what one that never stopped gives, bit for bit. */
class ResumeTest {
    private static final RunConfig CONFIG =
            SmallRecipe.with("stages.quiet-star.train.gradientAccumulation=2", "train.evaluateEvery=3");

    @TempDir
    private static Path folder;

    private static Path straight;
    private static Checkpoint expected;

    @BeforeAll
    static void trainStraight() {
        straight = folder.resolve("straight");
        try (Trainer trainer = Trainer.start(CONFIG, straight)) {
            trainer.train();
        }
        expected = last(straight);
    }

    static Checkpoint last(Path run) {
        return new CheckpointStore(run, CONFIG.checkpoint())
                .loadLatest(StoppedRuns.NONE_SKIPPED)
                .orElseThrow();
    }

    /** Before the first checkpoint, within both stages, and after the first step of the second. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 7, 9, 11})
    void stoppedAfterAStep(int step) {
        assertGoesOnAsIfNeverStopped("step-" + step, stopAfterStep(step));
    }

    /** Directly after a checkpoint: within a stage, at the boundary, and at the very end. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6, 12})
    void stoppedAfterACheckpoint(int step) {
        assertGoesOnAsIfNeverStopped("checkpoint-" + step, stopAfterCheckpoint(step));
    }

    /** Trains straight and, in another folder, with a stop after a step, and compares everything. */
    static void assertGoesOnAsIfNeverStopped(RunConfig config, Path folder, int step) {
        Path whole = folder.resolve("straight");
        Path run = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(config, whole)) {
            trainer.train();
        }
        try (Trainer trainer = Trainer.start(config, run)) {
            trainUntilStopped(trainer, stopAfterStep(step));
        }
        try (Trainer trainer = resume(run)) {
            trainer.train();
        }
        Checkpoint wanted = last(whole);
        Checkpoint found = last(run);
        assertSameArrays(found, wanted);
        assertThat(found.state()).isEqualTo(wanted.state());
        assertThat(metrics(run)).isEqualTo(metrics(whole));
    }

    private static void assertGoesOnAsIfNeverStopped(String name, TrainingListener stop) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainUntilStopped(trainer, stop);
        }
        try (Trainer trainer = resume(run)) {
            trainer.train();
            assertSame(trainer.model().decoder().asMap(), expected.weights());
            assertSame(trainer.model().thought().orElseThrow().asMap(), expected.thought());
        }
        Checkpoint last = last(run);
        assertThat(last.step()).isEqualTo(12);
        assertSameArrays(last, expected);
        assertThat(last.state()).isEqualTo(expected.state());
        assertThat(metrics(run)).hasSize(12).isEqualTo(metrics(straight));
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(MetricsLog::withoutTimings)
                .toList();
    }

    @Test
    void trainingChangedEveryParameter() {
        try (Trainer fresh = Trainer.start(CONFIG, folder.resolve("fresh"))) {
            expected.weights()
                    .forEach((name, array) -> assertThat(array)
                            .as(name)
                            .isNotEqualTo(fresh.model().decoder().get(name)));
        }
        assertThat(expected.thought().get("talk_head.4.weight").amaxNumber().doubleValue())
                .isPositive();
    }

    @Test
    void aCheckpointBearsTheLossOfItsOwnWeightsOnly() {
        var store = new CheckpointStore(straight, CONFIG.checkpoint());
        assertThat(store.list()).allSatisfy(info -> assertThat(info.score()).isPresent());
        assertThat(store.list()).extracting(info -> info.score().getAsDouble()).doesNotHaveDuplicates();
    }

    @Test
    void anotherTokenizerIsRefused() throws Exception {
        Path run = folder.resolve("tokenizer");
        try (Trainer trainer = Trainer.start(
                SmallRecipe.with("stages.language-model.train.steps=2", "stages.quiet-star.train.steps=0"), run)) {
            trainer.train();
        }
        Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), """
                {"version":"1.0","added_tokens":[{"id":0,"content":"</s>","special":true,"single_word":false,
                "lstrip":false,"rstrip":false,"normalized":false}],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},
                "post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"</s>":0,"a":1,"b":2},
                "unk_token":"</s>"}}
                """);
        Path config = run.resolve("config.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("kind: byte", "kind: huggingface")
                        .replace("path: ''", "path: " + tokenizer)
                        .replace("path: \"\"", "path: " + tokenizer));
        assertThatThrownBy(() -> Trainer.resume(run, (path, why) -> {}))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("tokenizer");
    }

    @Test
    void everythingMissingIsFoundBeforeTheFolderIsMade() {
        Path run = folder.resolve("never");
        for (String set : List.of(
                "data.train=nothing-there.jsonl",
                "data.validation=nothing-there.jsonl",
                "stages.quiet-star.data.train=nothing-there.jsonl")) {
            assertThatThrownBy(() -> Trainer.start(SmallRecipe.with(set), run))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("nothing-there.jsonl");
        }
        assertThatThrownBy(() -> Trainer.start(SmallRecipe.with("thought.bannedIds=259"), run))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("thought.bannedIds");
        assertThat(run).doesNotExist();
    }
}
