package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.TokenizerConfig.TokenizerKind;

/** From a run to a folder, and from the folder to the next run's recipe. */
class ExportCommandTest {
    @TempDir
    private Path folder;

    private final Commands program = new Commands();

    @Test
    void aRunAndItsCheckpointsAreExported() throws Exception {
        Path run = folder.resolve("run");
        int trained = program.execute(
                SmallRun.train(run, 2, 2, "train.evaluateEvery=0").toArray(String[]::new));
        assertThat(trained).as(program.err()).isZero();
        Path target = folder.resolve("model");
        assertThat(program.execute("export", run.toString(), "--to", target.toString()))
                .isZero();
        assertThat(program.out()).contains("exported: step 4 of " + run).contains("(with thoughts)");
        assertThat(target.resolve("README.md")).exists();
        assertThat(program.execute("export", run.toString(), "--to", target.toString()))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).startsWith("quietstar: " + target + ": the folder is not empty");

        Path first = run.resolve("checkpoints/step-00000002");
        assertThat(program.execute("export", first.toString(), "--to", folder + "/first"))
                .isZero();
        assertThat(program.out()).contains("step 2 of").contains("(a plain language model)");
        assertThat(program.execute("export", folder.toString(), "--to", folder + "/x"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).contains("neither a run's folder nor a checkpoint in one");
        assertThat(program.execute("export", run.toString(), "--to", folder + "/x", "--best"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).contains("no checkpoint has a score");
        assertThat(folder.resolve("x")).doesNotExist();

        assertThat(program.execute(
                        "config",
                        Files.writeString(
                                        folder.resolve("r.yaml"),
                                        "data: {sequenceLength: 16}\nmodel: {weights: " + target + "}")
                                .toString()))
                .isZero();
        RunConfig next = Recipes.fromYaml(program.out(), "printed", java.util.List.of());
        assertThat(next.model().hiddenSize()).isEqualTo(16);
        assertThat(next.model().vocabSize()).isEqualTo(25);
        assertThat(next.tokenizer().kind()).isEqualTo(TokenizerKind.HUGGINGFACE);
    }
}
