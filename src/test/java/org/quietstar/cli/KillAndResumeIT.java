package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.train.MetricsLog;

/** A run that is killed, or finds its newest checkpoint damaged, ends as the undisturbed run does, bit for bit. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class KillAndResumeIT {
    private static final int STEPS_OF_STAGE = 30;
    /** Of the stage between the two, which starts from the first as the last one does. */
    private static final int STEPS_OF_PLAIN = 12;

    private static final int STEPS = 2 * STEPS_OF_STAGE + STEPS_OF_PLAIN;
    private static final long SEED = 20240314;

    @TempDir
    private static Path folder;

    private static Path undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        undisturbed = folder.resolve("undisturbed");
        assertThat(Program.run(folder, train(undisturbed)).exitCode()).isZero();
    }

    private static List<String> train(Path run) {
        return SmallRun.train(
                run,
                STEPS_OF_STAGE,
                STEPS_OF_STAGE,
                "stages.plain.train.steps=" + STEPS_OF_PLAIN,
                "checkpoint.everySteps=4");
    }

    @Test
    void killedThreeTimesAtRandomMoments() throws Exception {
        var random = new Random(SEED);
        Path run = folder.resolve("killed");
        kill(run, train(run), 3 + random.nextInt(20));
        kill(run, resume(run), STEPS_OF_STAGE + 2 + random.nextInt(10));
        kill(run, resume(run), STEPS_OF_STAGE + 14 + random.nextInt(10));
        Program.Outcome last = Program.run(folder, resume(run));
        assertThat(last.err()).isEmpty();
        assertThat(last.exitCode()).isZero();
        assertThat(last.out()).contains("continuing after step").contains("NLL (nats per token)");
        assertEndsAsUndisturbed(run);
    }

    @Test
    void aDamagedNewestCheckpointIsNamedAndTheOneBeforeItUsed() throws Exception {
        Path run = folder.resolve("damaged");
        copy(undisturbed, run);
        Path weights = run.resolve("checkpoints/step-00000072/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        Program.Outcome outcome = Program.run(folder, resume(run));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("damaged checkpoint step-00000072")
                .contains("model.safetensors")
                .contains("continuing after step 70");
        assertEndsAsUndisturbed(run);
    }

    private static List<String> resume(Path run) {
        return List.of("train", "--resume", run.toString());
    }

    /** Starts the program and ends it with SIGKILL as soon as its metrics file has a line of {@code step}. */
    private static void kill(Path run, List<String> arguments, int step) throws Exception {
        Program.Running running = Program.start(folder, arguments);
        String line = "{\"step\":" + step + ",";
        Path metrics = run.resolve("metrics.jsonl");
        while (!(Files.exists(metrics)
                && Files.readString(metrics, StandardCharsets.UTF_8).contains(line))) {
            if (running.process().waitFor(1, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("ended before step " + step + ": " + running.end());
            }
        }
        running.process().destroyForcibly();
        assertThat(running.end().exitCode()).as("killed, not ended").isEqualTo(128 + 9);
    }

    private static void assertEndsAsUndisturbed(Path run) throws IOException {
        assertThat(metrics(run)).hasSize(STEPS).isEqualTo(metrics(undisturbed));
        Path last = run.resolve("checkpoints/step-00000072");
        Path expected = undisturbed.resolve("checkpoints/step-00000072");
        for (String file : List.of("model.safetensors", "thought.safetensors", "optimizer.safetensors")) {
            assertThat(last.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
        ObjectMapper json = new ObjectMapper();
        for (String key : List.of("data", "updates", "stage", "stage_step", "skipped_steps")) {
            assertThat(json.readTree(last.resolve("state.json").toFile()).get(key))
                    .as(key)
                    .isNotNull()
                    .isEqualTo(json.readTree(expected.resolve("state.json").toFile())
                            .get(key));
        }
        assertThat(run.resolve("evaluation/report.json"))
                .hasSameTextualContentAs(undisturbed.resolve("evaluation/report.json"));
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(MetricsLog::withoutTimings)
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }
}
