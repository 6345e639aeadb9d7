package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.runtime.Versions;

/** The start script as a user runs it: a process of its own, from another folder. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class StartScriptIT {
    private static final Path SCRIPT = Path.of("quietstar").toAbsolutePath();

    @TempDir
    private Path folder;

    private record Outcome(int exitCode, String out, String err) {}

    @Test
    void printsItsVersionFromAnyFolderAndThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), SCRIPT);
        Outcome outcome = run(link, Map.of(), "--version");
        Files.delete(link);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("quietstar " + Versions.current().quietstar() + "\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void anUnknownCommandIsAUserErrorWithoutStackTrace() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of(), "bogus");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("bogus").contains("Usage:").doesNotContain("\tat ");
    }

    @Test
    void doctorReportsWhatIsInForceAsJson() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of(), "doctor", "--json");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out()).get("report");
        assertThat(report.at("/versions/nd4j").asText())
                .isEqualTo(Versions.current().nd4j());
        assertThat(report.at("/speed/products"))
                .isNotEmpty()
                .allSatisfy(
                        product -> assertThat(product.get("gflops").asDouble()).isPositive());
        assertThat(report.at("/speed/copyGigabytesPerSecond").asDouble()).isPositive();
        for (String name : List.of("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MALLOC_MMAP_MAX_")) {
            assertThat(report.at("/environment").path(name).asText())
                    .isNotEmpty()
                    .isEqualTo(report.at("/recommended").path(name).asText());
        }
        String core = report.at("/recommended/OPENBLAS_CORETYPE").asText("");
        if (!core.isEmpty() && report.at("/blas/vendor").asText().equals("OPENBLAS")) {
            assertThat(report.at("/blas/core").asText()).isEqualTo(core);
        }
    }

    @Test
    void theEnvironmentOverridesTheSettingsAndDoctorNamesTheFix() throws Exception {
        Map<String, String> settings = Map.of(
                "OMP_NUM_THREADS", "2",
                "OMP_WAIT_POLICY", "ACTIVE",
                "QUIETSTAR_HEAP", "200m",
                "QUIETSTAR_OFFHEAP", "700m",
                "QUIETSTAR_JAVA_OPTS", "-Dfirst=1 -Dsecond=2");
        Outcome outcome = run(SCRIPT, settings, "doctor");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("heap 0.2 GiB, off-heap 0.7 GiB, resident 1.4 GiB")
                .contains("2 BLAS, 2 OpenMP")
                .contains("WARNING: OpenMP's idle threads spin")
                .contains("OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0");
    }

    @Test
    void aWrongSizeIsAUserError() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of("QUIETSTAR_HEAP", "plenty"), "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).isEqualTo("quietstar: QUIETSTAR_HEAP=plenty is not a size; write 1500m or 2g\n");
    }

    @Test
    void anUnknownMatrixLibraryIsAUserError() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of("QUIETSTAR_BLAS", "atlas"), "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).isEqualTo("quietstar: QUIETSTAR_BLAS=atlas is unknown; openblas or mkl.\n");
    }

    @Test
    void anUnknownBackendIsAUserError() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of("QUIETSTAR_BACKEND", "gpu"), "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err())
                .isEqualTo("quietstar: QUIETSTAR_BACKEND=gpu is unknown; auto, cpu, cuda, cuda-system or cuda-jit.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "cuda-system"})
    void aMissingCudaIsAUserErrorThatNamesTheProfile(String backend) throws Exception {
        assumeThat(Path.of("target/lib/nd4j-cuda-11.6-" + Versions.current().nd4j() + ".jar"))
                .as("jar of a build with CUDA")
                .doesNotExist();
        Map<String, String> settings = Map.of("QUIETSTAR_BACKEND", backend, "QUIETSTAR_BUILD", "never");
        Outcome outcome = run(SCRIPT, settings, "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).contains("CUDA is missing").contains("./mvnw -P" + backend + " -DskipTests package");
    }

    @Test
    void cudaJitHasAJarOfItsOwn() throws Exception {
        assumeThat(Path.of("target/m1.1/quietstar-" + Versions.current().quietstar() + "-all.jar"))
                .as("jar of a build with cuda-jit")
                .doesNotExist();
        Map<String, String> settings = Map.of("QUIETSTAR_BACKEND", "cuda-jit", "QUIETSTAR_BUILD", "never");
        Outcome outcome = run(SCRIPT, settings, "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err())
                .contains("target/m1.1/quietstar-")
                .endsWith("is missing. Build it: ./mvnw -Pcuda-jit -DskipTests package\n");
    }

    @Test
    void cudaJitWithMklIsAUserError() throws Exception {
        Map<String, String> settings = Map.of("QUIETSTAR_BACKEND", "cuda-jit", "QUIETSTAR_BLAS", "mkl");
        Outcome outcome = run(SCRIPT, settings, "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err())
                .isEqualTo("quietstar: QUIETSTAR_BLAS=mkl does not go with QUIETSTAR_BACKEND=cuda-jit; unset it.\n");
    }

    @Test
    void aMissingJavaIsAUserError() throws Exception {
        Outcome outcome = run(SCRIPT, Map.of("JAVA_HOME", folder.toString()), "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).contains("JAVA_HOME=" + folder).contains("JDK 17");
    }

    @Test
    void anOldJavaIsAUserError() throws Exception {
        Files.createDirectories(folder.resolve("bin"));
        Path java = Files.writeString(folder.resolve("bin/java"), "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Outcome outcome = run(SCRIPT, Map.of("JAVA_HOME", folder.toString()), "--version");
        assertThat(outcome.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).contains("Java 11").contains("17 or newer");
    }

    private Outcome run(Path script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // The script is run as where none of its settings is made: one that is made wins over what it recommends.
        builder.environment().keySet().removeAll(NativeSettings.recommended().keySet());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        int exitCode = builder.start().waitFor();
        return new Outcome(
                exitCode, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
