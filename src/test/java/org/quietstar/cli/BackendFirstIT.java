package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each command asks for the device before it makes ND4J load its kernels: those that cannot run there would abort, or fail
 * without a word that helps. The JVM tells which class it initialises when.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class BackendFirstIT {
    @TempDir
    private static Path folder;

    @Test
    @Order(1)
    void train() throws Exception {
        assertAsksFirst(SmallRun.train(folder.resolve("run"), 2, 2));
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(
            strings = {
                "plan configs/tiny.yaml",
                "train --resume RUN",
                "export RUN --to RUN-exported",
                "evaluate RUN",
                "generate RUN --prompt Tom --max-tokens 2",
                "bench train --size tiny --steps 1",
                "doctor"
            })
    void others(String command) throws Exception {
        String run = folder.resolve("run").toString();
        assertAsksFirst(List.of(command.replace("RUN", run).split(" ")));
    }

    private static void assertAsksFirst(List<String> arguments) throws Exception {
        Path log = folder.resolve("classes.log");
        Program.Outcome outcome = Program.start(
                        folder, Map.of("QUIETSTAR_JAVA_OPTS", "-Xlog:class+init=info:file=" + log), arguments)
                .end();
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        String initialised = Files.readString(log, StandardCharsets.UTF_8);
        int backend = initialised.indexOf("Initializing 'org/quietstar/runtime/Backend$Holder'");
        int nd4j = initialised.indexOf("Initializing 'org/nd4j/linalg/factory/Nd4j'");
        assertThat(nd4j).isNotNegative();
        assertThat(backend).isBetween(0, nd4j);
    }
}
