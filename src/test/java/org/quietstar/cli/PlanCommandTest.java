package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.runtime.Backend;

class PlanCommandTest {
    private final Commands program = new Commands();

    @Test
    void showsEachStageAndWhatMakesItSmaller() {
        assertThat(program.execute("plan", "configs/tiny.yaml")).isZero();
        assertThat(program.out())
                .contains("stage base, 528,128 numbers trained")
                .contains("stage quiet-star, 577,920 numbers trained")
                .contains("     2.0 MiB  weights\n")
                .contains("  it fits\n")
                .contains("  --set thought.thoughtsPerPosition=1\n");
        assertThat(program.err()).isEmpty();
    }

    /** Neither the weights nor the tokenizer of the recipe are there. */
    @Test
    void thePapersRunIsPlannedWithoutItsFiles() {
        assertThat(program.execute("plan", "configs/openwebmath-mistral-7b.yaml"))
                .isZero();
        assertThat(program.out())
                .contains("    27.2 GiB  weights\n")
                .contains("    54.3 GiB  optimiser\n")
                .contains("  --set train.lora.rank=8\n")
                .contains("  --set 'train.freeze=[model.*]'\n");
    }

    @Test
    void aBackendThatIsNotThereIsRefused() {
        assumeThat(Backend.require("auto").isCuda()).as("a CUDA device").isFalse();
        for (String command : List.of("plan", "train")) {
            assertThat(program.execute(command, "configs/tiny.yaml", "--set", "backend=cuda"))
                    .isEqualTo(Main.EXIT_USER_ERROR);
            assertThat(program.err()).startsWith("quietstar: backend: cuda, but ");
        }
    }

    @Test
    void trainSaysWhatItNeedsAndEnds() {
        String huge = "model.layers=4000";
        assertThat(program.execute("train", "configs/openwebmath-mistral-7b.yaml", "--set", huge))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.out()).contains("  it does not fit\n");
        assertThat(program.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("The run needs about")
                .contains("Nothing was allocated");
    }
}
