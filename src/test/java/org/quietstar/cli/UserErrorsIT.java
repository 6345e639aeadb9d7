package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.safetensors.ShardedSafetensors;
import org.quietstar.train.MetricsLog;

/** What a user can get wrong ends with exit code 2 and one line that says what to do, and leaves nothing behind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class UserErrorsIT {
    @TempDir
    private static Path folder;

    private static Path run;
    private static Path output;

    @BeforeAll
    static void makeFiles() throws Exception {
        run = folder.resolve("run");
        output = folder.resolve("output");
        Files.createDirectories(folder.resolve("empty"));
        Files.writeString(folder.resolve("a-file"), "text\n");
        Files.createDirectories(folder.resolve("begun"));
        Files.createDirectories(folder.resolve("broken-golden"));
        Files.writeString(folder.resolve("broken-golden/golden.json"), "{\"config\": ");
        Files.createDirectories(folder.resolve("weights"));
        ShardedSafetensors.write(
                folder.resolve("weights"),
                "model",
                Map.of("model.embed_tokens.weight", Nd4j.ones(259, 17)),
                Long.MAX_VALUE);
        Program.Outcome outcome = Program.run(folder, SmallRun.train(run, 2, 0));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Files.copy(run.resolve("config.yaml"), folder.resolve("begun/config.yaml"));
    }

    private static List<String> train(String... sets) {
        return SmallRun.train(output, 2, 2, sets);
    }

    static List<Arguments> mistakes() {
        return List.of(
                mistake(List.of("train"), "configs/tiny.yaml", "--resume RUN"),
                mistake(List.of("train", "configs/tini.yaml"), "configs/tini.yaml: no such file", "configs/tiny.yaml"),
                mistake(train("train.stepz=3"), "--set train.stepz=3", "train.steps"),
                mistake(train("data.train=gone.jsonl"), "data.train", "gone.jsonl"),
                mistake(train("data.validation=gone.jsonl"), "data.validation", "gone.jsonl"),
                mistake(train("output.dir=" + run), run.toString(), "--resume " + run, "output.dir"),
                mistake(train("output.dir=" + folder.resolve("a-file/run")), "a-file/run", "cannot be written"),
                mistake(train("model.weights=" + folder.resolve("gone")), "gone", "no such file"),
                mistake(
                        train("model.weights=" + folder.resolve("weights")),
                        "model.embed_tokens.weight",
                        "[259, 17]",
                        "[25, 16]"),
                mistake(
                        train("tokenizer.kind=huggingface", "tokenizer.path=gone.json"),
                        "tokenizer.path",
                        "gone.json: the file is not there"),
                mistake(List.of("train", "--resume", folder.resolve("empty").toString()), "no run in this folder"),
                mistake(List.of("train", "--resume", run.toString(), "--set", "seed=3"), "--set seed=3", "config.yaml"),
                mistake(List.of("evaluate", folder.resolve("begun").toString()), "no intact checkpoint"),
                mistake(List.of("evaluate", run.toString(), "--best"), "train.evaluateEvery"),
                mistake(List.of("evaluate", run.toString(), "--data", "gone.txt"), "gone.txt"),
                mistake(List.of("evaluate", run.toString(), "--against", "gone"), "gone", "neither a run"),
                mistake(List.of("check-golden", folder.resolve("gone").toString()), "golden.json", "cannot be read"),
                mistake(
                        List.of("check-golden", folder.resolve("broken-golden").toString()),
                        "golden.json",
                        "not JSON"));
    }

    private static Arguments mistake(List<String> arguments, String... named) {
        return Arguments.of(arguments, List.of(named));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void endsWithOneLine(List<String> arguments, List<String> named) throws Exception {
        List<String> before = files(run);
        Program.Outcome outcome = Program.run(folder, arguments);
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).startsWith("quietstar: ").endsWith("\n").contains(named);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(output).doesNotExist();
        assertThat(files(run)).isEqualTo(before);
        assertThat(files(folder.resolve("begun"))).hasSize(2);
    }

    private static List<String> files(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            return paths.map(Path::toString).sorted().toList();
        }
    }

    private static Path corpusWithABrokenLine() throws IOException {
        List<String> lines = new ArrayList<>(
                Files.readAllLines(Path.of("datasets/tiny/train.jsonl")).subList(0, 600));
        lines.set(60, "{\"text\": broken");
        return Files.write(folder.resolve("broken.jsonl"), lines);
    }

    @Test
    void aBrokenLineIsNamedAndSkipped() throws Exception {
        Path text = corpusWithABrokenLine();
        Path skipping = folder.resolve("skipping");
        Program.Outcome outcome =
                Program.run(folder, SmallRun.train(skipping, 30, 0, "data.train=" + text, "data.onBadRecord=skip"));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).containsOnlyOnce(text + ":61: ");
    }

    @Test
    void aFatalBrokenLineIsNamedAndTheRunGoesOnOnceItMaySkip() throws Exception {
        Path text = corpusWithABrokenLine();
        Path failing = folder.resolve("failing");
        Program.Outcome failed = Program.run(
                folder,
                SmallRun.train(
                        failing,
                        120,
                        0,
                        "data.train=" + text,
                        "data.onBadRecord=fail",
                        "data.shuffleBuffer=4",
                        "checkpoint.everySteps=3"));
        assertThat(failed.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(failed.err()).contains(text + ":61: ").contains("data.onBadRecord: skip");
        assertThat(failed.err().lines()).hasSize(1);
        int done = MetricsLog.read(failing.resolve("metrics.jsonl")).size();
        assertThat(done).isBetween(3, 119);

        Path config = failing.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replace("onBadRecord: fail", "onBadRecord: skip"));
        Program.Outcome resumed = Program.run(folder, "train", "--resume", failing.toString());
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.exitCode()).isZero();
        assertThat(resumed.out()).contains("continuing after step " + done / 3 * 3);
        assertThat(MetricsLog.read(failing.resolve("metrics.jsonl"))).hasSize(120);
    }
}
