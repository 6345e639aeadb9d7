package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/bench/gpu-bundle.sh} and {@code gpu.sh} as they run on a machine without a GPU. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the script needs bash and GNU tools")
final class GpuScriptIT {
    @TempDir
    private Path folder;

    @Test
    void measuresInItsCpuFormAndWritesOneJson() throws Exception {
        Path jars = folder.resolve("the bundle");
        assertThat(script("gpu-bundle.sh", List.of(jars.toString(), "none"), "QUIETSTAR_BUILD", "never"))
                .as(log())
                .isZero();
        assertThat(jars.resolve("jre/bin/java")).isExecutable();
        Path json = folder.resolve("gpu.json");
        int exitCode = run(jars, json, "TORCH", folder.toString(), "SIZE", "tiny", "STEPS", "1");
        assertThat(exitCode).as(log()).isZero();
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("size").asText()).isEqualTo("tiny");
        assertThat(result.at("/quietstar/median_s").asDouble()).isPositive();
        assertThat(result.at("/quietstar/steps").asInt()).isEqualTo(1);
        assertThat(result.at("/doctor/report/versions/nd4j").asText()).isNotEmpty();
        assertThat(result.at("/torch/two_phase/failed").asText()).endsWith("bench_torch.py is not there");
        assertThat(result.at("/smoke/ended").asText()).isEqualTo("well");
        assertThat(result.at("/smoke/failed").asInt(-1)).isZero();
        // Without a device each of its classes says that it is skipped.
        assertThat(result.at("/smoke/skipped_containers").asInt()).isPositive();
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
    void aBundleThatCannotBeMadeIsAUserError() throws Exception {
        Path bundle = folder.resolve("bundle");
        for (List<String> wrong : List.of(
                List.of(bundle.toString(), "cuda-13"),
                List.of(bundle.toString(), "cuda-jit", "sm_90"),
                List.of(folder.toString(), "none"))) {
            assertThat(script("gpu-bundle.sh", wrong)).isEqualTo(2);
            assertThat(log()).startsWith("gpu-bundle.sh: ").containsAnyOf("cuda-13", "sm_90", folder.toString());
            assertThat(bundle).doesNotExist();
        }
    }

    @Test
    void aFolderWithoutTheJarIsAnError() throws Exception {
        assertThat(run(folder, folder.resolve("gpu.json"))).isEqualTo(2);
        assertThat(log()).contains("no quietstar*.jar in " + folder);
    }

    private int run(Path jars, Path json, String... environment) throws IOException, InterruptedException {
        return script("gpu.sh", List.of(jars.toString(), json.toString()), environment);
    }

    private int script(String name, List<String> arguments, String... environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "src/bench/" + name));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
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
