package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/bench/gpu.sh} as it runs on a machine without a GPU. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the script needs bash and GNU tools")
final class GpuScriptIT {
    @TempDir
    private Path folder;

    @Test
    void measuresInItsCpuFormAndWritesOneJson() throws Exception {
        Path jars = Files.createDirectory(folder.resolve("the jars"));
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            copy(
                    built.filter(file -> file.getFileName().toString().matches("quietstar-.*-all\\.jar"))
                            .findFirst()
                            .orElseThrow(),
                    jars);
        }
        Path json = folder.resolve("gpu.json");
        int exitCode = run(jars, json, "TORCH", folder.toString(), "SIZE", "tiny", "STEPS", "1");
        assertThat(exitCode).as(log()).isZero();
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("size").asText()).isEqualTo("tiny");
        assertThat(result.at("/quietstar/median_s").asDouble()).isPositive();
        assertThat(result.at("/quietstar/steps").asInt()).isEqualTo(1);
        assertThat(result.at("/doctor/report/versions/nd4j").asText()).isNotEmpty();
        assertThat(result.at("/torch/two_phase/failed").asText()).endsWith("bench_torch.py is not there");
        assertThat(result.path("smoke").asText()).isEqualTo("not in the folder of jars");
        assertThat(result.path("seconds").asInt()).isBetween(1, 540);
    }

    @Test
    void whatFailsOrFindsNoTimeIsSaidInTheJson() throws Exception {
        Path jars = Files.createDirectory(folder.resolve("jars"));
        Files.createFile(jars.resolve("quietstar-broken.jar"));
        Path json = folder.resolve("gpu.json");
        assertThat(run(jars, json, "TORCH", folder.toString())).as(log()).isZero();
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.at("/quietstar/failed").asText()).startsWith("exit code 1:");
        assertThat(run(jars, json, "TORCH", folder.toString(), "BUDGET", "1")).isZero();
        assertThat(new ObjectMapper()
                        .readTree(json.toFile())
                        .at("/doctor/failed")
                        .asText())
                .isEqualTo("no time left");
    }

    @Test
    void aFolderWithoutTheJarIsAnError() throws Exception {
        assertThat(run(folder, folder.resolve("gpu.json"))).isEqualTo(2);
        assertThat(log()).contains("no quietstar*.jar in " + folder);
    }

    private static void copy(Path file, Path into) throws IOException {
        Files.copy(file, into.resolve(file.getFileName()));
    }

    private int run(Path jars, Path json, String... environment) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        List.of("bash", Path.of("src/bench/gpu.sh").toString(), jars.toString(), json.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        return builder.start().waitFor();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
    }
}
