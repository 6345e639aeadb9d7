package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--votes 5 --task gsm8k | evaluate: --votes 5 is of chains of thought; add --cot",
                "--temperature 0.5 --task gsm8k | evaluate: --temperature 0.5 is of chains of thought; add --cot, or see --thought-temperature",
                "--cot | evaluate: --cot is for --task; name the task, such as --task gsm8k",
                "--cot --votes 0 --task gsm8k | votes is 0; it must be 1 or more",
                "--cot --temperature -1 --task gsm8k | temperature is -1.0; it must be 0 (greedy) or more",
                "--cot --votes 5 --temperature 0 --task gsm8k | votes is 5 at temperature 0: all would be the same; give a temperature above 0, or one vote",
            })
    void optionsOfAChainOfThoughtAreRefused(String options, String message) {
        String[] arguments = ("evaluate " + folder.resolve("none") + " " + options).split(" ");
        assertThat(program.execute(arguments)).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).isEqualTo("quietstar: " + message + "\n");
    }
}
