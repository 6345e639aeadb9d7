package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./quietstar check-golden} on recorded numbers. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class CheckGoldenIT {
    private static final Path RECORDED =
            Path.of("src/test/resources/recorded/golden").toAbsolutePath();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"defaults", "options"})
    void agrees(String name) throws Exception {
        Path golden = RECORDED.resolve(name);
        Program.Outcome outcome = Program.run(folder, "check-golden", golden.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("loss loss_policy")
                .contains("grad total model.embed_tokens.weight")
                .contains("tokens drawn with the recorded noise")
                .containsPattern("\\d{2,} comparisons, 0 above 1.0e-05")
                .doesNotContain("OFF")
                .doesNotContain("differentiated op");
        assertThat(outcome.exitCode()).isZero();
    }

    /** No other order of sums agrees to the last digit. */
    @Test
    void aToleranceThatIsExceededIsExitCodeOne() throws Exception {
        Path golden = RECORDED.resolve("defaults");
        Program.Outcome outcome = Program.run(folder, "check-golden", golden.toString(), "--tolerance", "1e-18");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("  OFF").doesNotContain(", 0 above");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }
}
