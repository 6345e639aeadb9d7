package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The warning in a JVM of its own, as a notebook would start it: the settings are read once in a process. */
final class WarnOnceIT {
    @TempDir
    private Path folder;

    /** The program that is started. */
    static final class Notebook {
        public static void main(String[] args) {
            NativeSettings.warnOnce();
            NativeSettings.warnOnce();
        }
    }

    @Test
    void aSlowSettingIsLoggedOnceWithItsFix() throws Exception {
        assumeTrue(!NativeSettings.recommended().isEmpty(), "no POSIX shell on this system");
        String log = log(Map.of("OMP_NUM_THREADS", "2", "OMP_WAIT_POLICY", "ACTIVE"));
        assertThat(log).containsOnlyOnce("slower than it need be").contains("OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0");
    }

    @Test
    void theRecommendedSettingsLogNothing() throws Exception {
        assertThat(log(NativeSettings.recommended())).isEmpty();
    }

    private String log(Map<String, String> environment) throws Exception {
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Notebook.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor()).isZero();
        return Files.readString(log, StandardCharsets.UTF_8);
    }
}
