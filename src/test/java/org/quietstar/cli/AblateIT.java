package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code quietstar ablate}: a grid that is killed in the middle of a run, and given again. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class AblateIT {
    private static final String GRID = """
            recipe: configs/tiny.yaml
            output: OUT
            seeds: [1, 2]
            set:
              model.hiddenSize: 16
              model.intermediateSize: 24
              model.layers: 1
              model.heads: 2
              model.kvHeads: 1
              data.batchSize: 4
              stages.base.data.batchSize: 4
              stages.base.train.steps: 4
              stages.plain.train.steps: 0
              stages.quiet-star.train.steps: 12
              checkpoint.everySteps: 4
              optimizer.warmupSteps: 2
              stages.base.optimizer.warmupSteps: 2
              evaluation.maxTokens: 200
            variants:
              - name: language-model
                set: {stages.quiet-star.train.mode: language-model}
              - name: pause
                set: {stages.quiet-star.train.mode: pause}
              - name: random
                of: pause
                set: {evaluation.maxTokens: 100}
            """;

    @TempDir
    private Path folder;

    @Test
    void aKilledGridGoesOn() throws Exception {
        Path out = folder.resolve("grid");
        Path file = Files.writeString(folder.resolve("grid.yaml"), GRID.replace("OUT", out.toString()));
        List<String> arguments = List.of("ablate", file.toString());
        Program.Running running = Program.start(folder, arguments);
        Path metrics = out.resolve("pause/seed-1/metrics.jsonl");
        while (!(Files.exists(metrics)
                && Files.readString(metrics, StandardCharsets.UTF_8).contains("{\"step\":6,"))) {
            assertThat(running.process().waitFor(1, TimeUnit.MILLISECONDS))
                    .as("ended before it was killed")
                    .isFalse();
        }
        running.process().destroyForcibly();
        assertThat(running.end().exitCode()).isEqualTo(128 + 9);

        Program.Outcome outcome = Program.run(folder, arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("1/6  language-model, seed 1: finished before")
                .contains("2/6  pause, seed 1\n")
                .contains("answers with")
                .contains("results: " + out);
        assertThat(Files.readAllLines(metrics)).hasSize(16);
        assertThat(out.resolve("README.md")).content().contains("| pause | 2 |").contains("nll_mixed.png");
        Program.Outcome again = Program.run(folder, arguments);
        assertThat(again.out()).contains("6/6  random, seed 2: finished before");
    }

    @Test
    void aMistakeIsNamedBeforeAnythingIsTrained() throws Exception {
        Path out = folder.resolve("grid");
        Path file = Files.writeString(
                folder.resolve("grid.yaml"),
                GRID.replace("OUT", out.toString()).replace("train.mode: pause", "train.mode: pose"));
        Program.Outcome outcome = Program.run(folder, "ablate", file.toString());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("grid.yaml:22")
                .contains("variant 'pause'")
                .contains("pose");
        assertThat(out).doesNotExist();
    }
}
