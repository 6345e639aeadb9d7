package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./quietstar bench}, as {@code compare.py} and people call it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class BenchIT {
    @TempDir
    private Path folder;

    private String run(String... arguments) throws Exception {
        Program.Outcome outcome = Program.run(folder, arguments);
        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        // Nothing but lines of progress: "  12 s  step 1 of 3".
        assertThat(outcome.err().lines()).allSatisfy(line -> assertThat(line).matches(" *\\d+ s  .+"));
        return outcome.out();
    }

    private static JsonNode lastLine(String out) throws Exception {
        List<String> lines = out.lines().toList();
        return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan", "session"})
    void theLastLineIsJson(String executor) throws Exception {
        JsonNode result =
                lastLine(run("bench", "train", "--size", "tiny", "--steps", "1", "--json", "--executor", executor));
        assertThat(result.path("executor").asText()).isEqualTo(executor);
        assertThat(result.path("size").asText()).isEqualTo("tiny");
        assertThat(result.path("steps").asInt()).isEqualTo(1);
        assertThat(result.path("model_gflop").asDouble()).isBetween(38.08, 38.09);
        assertThat(result.path("loss").asDouble()).isBetween(6.0, 6.6); // log 512 = 6.24
        for (String name : List.of(
                "median_s", "tokens_per_s", "gflops", "peak_rss_mb", "sgemm_peak_gflops", "share_of_sgemm_peak")) {
            assertThat(result.path(name).asDouble()).as(name).isPositive();
        }
        assertThat(result.path("kernels").asInt()).isGreaterThan(100);
    }

    @Test
    void aProfileAndAPlanAreTablesForPeople() throws Exception {
        String out = run("bench", "train", "--size", "tiny", "--steps", "1", "--profile", "--explain-plan");
        assertThat(out)
                .containsPattern("(?m)^rollout \\(9 plans, the first of them\\):$")
                .containsPattern("(?m)^  SplitMatmulGradient +[1-9]\\d*×  gradients of products split")
                .containsPattern("(?m)^[\\d,]+ kernels; [\\d.]+ MiB planned for [\\d.]+ MiB of values$")
                .containsPattern("(?m)^part +ms +kernels +share$")
                .containsPattern("(?m)^rollout +[\\d.]+ +[-\\d]+ +[\\d.]+%$")
                .containsPattern("(?m)^op +ms +kernels +share$")
                .containsPattern("(?m)^matmul +[\\d.]+ +\\d+ +[\\d.]+%$")
                .containsPattern("(?m)^step +[\\d.]+ s median of 1 ")
                .containsPattern("(?m)^peak memory +[\\d,]+ MiB resident$");
    }

    @Test
    void memoryIsMeasured() throws Exception {
        JsonNode result = lastLine(run("bench", "memory", "--steps", "2", "--json"));
        assertThat(result.path("heap_bytes_per_step").asDouble()).isPositive();
        assertThat(result.path("off_heap_growth_bytes_per_step").isNumber()).isTrue();
        assertThat(result.path("off_heap_last_mb").asDouble()).isPositive();
        assertThat(result.path("planned_mb").asDouble())
                .isPositive()
                .isLessThan(result.path("requested_mb").asDouble());
    }

    @Test
    void growthIsMeasured() throws Exception {
        String out = run("bench", "scaling", "--over", "P", "--steps", "1");
        assertThat(out)
                .containsPattern("(?m)^ +P +step, s +GFLOP +planned, MiB +resident, MiB$")
                .containsPattern("(?m)^ +8 +[\\d.]+ +[\\d.]+ +[\\d.]+ +\\d+$")
                .containsPattern("(?m)^time grows as P\\^-?[\\d.]+, planned memory as P\\^[\\d.]+$");
    }

    @ParameterizedTest
    @CsvSource({
        "train, --size, huge, 'tiny, small, medium'",
        "train, --executor, graph, 'plan, session'",
        "train, --steps, 0, 1 or more",
        "memory, --size, huge, 'tiny, small, medium'",
        "scaling, --over, V, 'L, T, P, B'"
    })
    void aWrongValueIsAUserErrorThatNamesTheRightOnes(String command, String option, String value, String allowed)
            throws Exception {
        Program.Outcome outcome = Program.run(folder, "bench", command, option, value);
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("quietstar: " + option + " " + value)
                .contains(allowed);
        assertThat(outcome.err().lines()).hasSize(1);
    }
}
