package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;

/** From a run to a folder, and from the folder to the next run's recipe. */
class ExportCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void aRunAndItsCheckpointsAreExported() throws Exception {
        Path run = folder.resolve("run");
        int trained = execute(SmallRun.train(run, 2, 2, "train.evaluateEvery=0").toArray(String[]::new));
        assertThat(trained).as(err.toString()).isZero();
        Path target = folder.resolve("model");
        assertThat(execute("export", run.toString(), "--to", target.toString())).isZero();
        assertThat(out.toString()).contains("exported: step 4 of " + run).contains("(with thoughts)");
        assertThat(target.resolve("README.md")).exists();
        assertThat(execute("export", run.toString(), "--to", target.toString())).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString()).startsWith("quietstar: " + target + ": the folder is not empty");

        Path first = run.resolve("checkpoints/step-00000002");
        assertThat(execute("export", first.toString(), "--to", folder + "/first"))
                .isZero();
        assertThat(out.toString()).contains("step 2 of").contains("(a plain language model)");
        assertThat(execute("export", folder.toString(), "--to", folder + "/x")).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString()).contains("neither a run's folder nor a checkpoint in one");
        assertThat(execute("export", run.toString(), "--to", folder + "/x", "--best"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString()).contains("no checkpoint has a held-out loss");
        assertThat(folder.resolve("x")).doesNotExist();

        assertThat(execute(
                        "config",
                        Files.writeString(
                                        folder.resolve("r.yaml"),
                                        "data: {sequenceLength: 16}\nmodel: {weights: " + target + "}")
                                .toString()))
                .isZero();
        RunConfig next = RunConfigs.fromYaml(out.toString(), "printed", java.util.List.of());
        assertThat(next.model().hiddenSize()).isEqualTo(16);
        assertThat(next.model().vocabSize()).isEqualTo(259);
        assertThat(next.tokenizer().kind()).isEqualTo("byte");
    }
}
