package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;

class MetricsLogTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("run").resolve("metrics.jsonl");
    }

    private void writeSteps(long resumeStep, long from, long to) {
        try (MetricsLog log = MetricsLog.open(file, resumeStep)) {
            for (long step = from; step <= to; step++) {
                log.write(Map.of("step", step));
            }
        }
    }

    @Test
    void keepsKeyOrderAndPutsTimingsLast() throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("stage", "think");
        line.put("tokens_per_s", 12.5);
        line.put("step", 3);
        line.put("loss", 0.1f);
        line.put("reward_mean", -1e-7);
        line.put("nll_thought_k", List.of(1.5, Double.NaN));
        line.put("norms", new double[] {1.0 / 3, Double.NEGATIVE_INFINITY});
        line.put("tokens", 1L << 40);
        line.put("peak_memory_mib", 100);
        line.put("mix_weight_min", Float.POSITIVE_INFINITY);
        try (MetricsLog log = MetricsLog.open(file, -1)) {
            log.write(line);
            assertThat(file)
                    .as("flushed before close")
                    .hasContent("{\"stage\":\"think\",\"step\":3,\"loss\":0.1,\"reward_mean\":-1.0E-7,"
                            + "\"nll_thought_k\":[1.5,\"NaN\"],\"norms\":[0.3333333333333333,\"-Infinity\"],"
                            + "\"tokens\":1099511627776,\"mix_weight_min\":\"Infinity\","
                            + "\"tokens_per_s\":12.5,\"peak_memory_mib\":100}\n");
        }
        assertThat(Files.readString(file)).endsWith("}\n");
        assertThat(MetricsLog.withoutTimings(MetricsLog.read(file).get(0)).toString())
                .startsWith("{\"stage\"")
                .endsWith("\"mix_weight_min\":\"Infinity\"}");
    }

    @Test
    void resumedFileEqualsUndisturbedOne() throws IOException {
        writeSteps(-1, 1, 9);
        String undisturbed = Files.readString(file);
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            // Killed after any byte of what came after step 4, resumed from there.
            int fourLines = 4 * "{\"step\":1}\n".length();
            int kept = fourLines - 1 + random.nextInt(undisturbed.length() - fourLines + 2);
            Files.writeString(file, undisturbed.substring(0, kept));
            writeSteps(4, 5, 9);
            assertThat(file).hasContent(undisturbed);
            assertThat(Files.size(file)).isEqualTo(undisturbed.length());
        }
    }

    @Test
    void minusOneEmptiesAndEqualStepsStay() throws IOException {
        try (MetricsLog log = MetricsLog.open(file, -1)) {
            log.write(Map.of("step", 0));
            log.write(Map.of("step", 0));
            log.write(Map.of("step", 1));
        }
        MetricsLog.open(file, 0).close();
        assertThat(Files.readAllLines(file)).containsExactly("{\"step\":0}", "{\"step\":0}");
        MetricsLog.open(file, -1).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void namesTheDamagedLine() throws IOException {
        writeSteps(-1, 1, 3);
        Files.writeString(file, "{\"step\":\n{\"step\":5}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> MetricsLog.open(file, 5))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("metrics.jsonl, line 4");
        assertThat(Files.readAllLines(file)).as("left as it was").hasSize(5);
    }

    @Test
    void readPassesOverAHalfWrittenEnd() throws IOException {
        writeSteps(-1, 1, 3);
        Files.writeString(file, "{\"step\":4,\"lo", StandardOpenOption.APPEND);
        assertThat(MetricsLog.read(file))
                .extracting(line -> line.get("step").asInt())
                .containsExactly(1, 2, 3);
    }

    @Test
    void refusesLinesWithoutStepAndUnwritablePlaces() throws IOException {
        try (MetricsLog log = MetricsLog.open(file, -1)) {
            assertThatThrownBy(() -> log.write(Map.of("loss", 1.0))).isInstanceOf(IllegalArgumentException.class);
        }
        Path blocked = Files.writeString(folder.resolve("file"), "x").resolve("metrics.jsonl");
        assertThatThrownBy(() -> MetricsLog.open(blocked, 0))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(blocked.toString());
    }
}
