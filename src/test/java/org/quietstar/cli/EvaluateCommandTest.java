package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model of one stage of a run is scored. */
class EvaluateCommandTest {
    @TempDir
    private Path folder;

    private final Commands program = new Commands();

    @Test
    void aStageOfARun() {
        Path run = folder.resolve("run");
        int trained = program.execute(
                SmallRun.train(run, 2, 2, "train.evaluateEvery=0").toArray(String[]::new));
        assertThat(trained).as(program.err()).isZero();
        assertThat(program.execute("evaluate", run.toString(), "--stage", "base"))
                .as(program.err())
                .isZero();
        assertThat(program.out())
                .contains("checkpoint: step 2 of " + run)
                .contains("evaluation: " + run.resolve("evaluation-base"));
        assertThat(run.resolve("evaluation-base/report.json")).exists();
        assertThat(program.execute("evaluate", run.toString(), "--stage", "base", "--best"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err())
                .isEqualTo(
                        "quietstar: evaluate: --best and --stage base name two checkpoints; give one of" + " them\n");
        assertThat(program.execute("evaluate", run.toString(), "--stage", "other"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).contains("its stages: base, plain, quiet-star");
    }
}
