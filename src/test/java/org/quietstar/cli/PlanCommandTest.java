package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.runtime.Backend;

class PlanCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void showsEachStageAndWhatMakesItSmaller() {
        assertThat(execute("plan", "configs/tiny.yaml")).isZero();
        assertThat(out.toString())
                .contains("stage language-model, 329,664 numbers trained")
                .contains("stage quiet-star, 357,792 numbers trained")
                .contains("     1.4 MiB  weights\n")
                .contains("  it fits\n")
                .contains("  --set thought.thoughtsPerPosition=1\n");
        assertThat(err.toString()).isEmpty();
    }

    /** Neither the weights nor the tokenizer of the recipe are there. */
    @Test
    void thePapersRunIsPlannedWithoutItsFiles() {
        assertThat(execute("plan", "configs/openwebmath-mistral-7b.yaml")).isZero();
        assertThat(out.toString())
                .contains("    27.2 GiB  weights\n")
                .contains("    54.3 GiB  optimiser\n")
                .contains("  --set train.lora.rank=8\n")
                .contains("  --set 'train.freeze=[model.*]'\n");
    }

    @Test
    void aBackendThatIsNotThereIsRefused() {
        assumeThat(Backend.require("auto").isCuda()).as("a CUDA device").isFalse();
        for (String command : List.of("plan", "train")) {
            assertThat(execute(command, "configs/tiny.yaml", "--set", "backend=cuda"))
                    .isEqualTo(Main.EXIT_USER_ERROR);
            assertThat(err.toString()).startsWith("quietstar: backend: cuda, but ");
        }
    }

    @Test
    void trainSaysWhatItNeedsAndEnds() {
        String huge = "model.layers=4000";
        assertThat(execute("train", "configs/openwebmath-mistral-7b.yaml", "--set", huge))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(out.toString()).contains("  it does not fit\n");
        assertThat(err.toString().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("The run needs about")
                .contains("Nothing was allocated");
    }
}
