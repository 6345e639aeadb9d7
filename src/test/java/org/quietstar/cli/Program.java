package org.quietstar.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real {@code ./quietstar} in a process of its own, started in the project's folder. */
public final class Program {
    private static final long LONGEST_SECONDS = 240;

    private Program() {}

    /** How a process ended and what it printed. */
    public record Outcome(int exitCode, String out, String err) {}

    /** A process that runs, with the files that its output goes to. */
    public record Running(Process process, Path out, Path err) {
        /** Waits for its end. */
        public Outcome end() throws IOException, InterruptedException {
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running after " + LONGEST_SECONDS + " s; it printed:\n"
                        + Files.readString(out, StandardCharsets.UTF_8));
            }
            return new Outcome(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        }
    }

    /** Starts the program; its output goes to files in {@code folder}. */
    public static Running start(Path folder, List<String> arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /** As {@link #start(Path, List)}, with more variables in its environment. */
    static Running start(Path folder, Map<String, String> environment, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Path.of("quietstar").toAbsolutePath().toString()));
        command.addAll(arguments);
        Path out = Files.createTempFile(folder, "stdout", ".txt");
        Path err = Files.createTempFile(folder, "stderr", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("QUIETSTAR_BUILD", "never");
        builder.environment().putAll(environment);
        return new Running(builder.start(), out, err);
    }

    /** Runs the program to its end; its output goes to files in {@code folder}. */
    public static Outcome run(Path folder, List<String> arguments) throws IOException, InterruptedException {
        return start(folder, arguments).end();
    }

    /** As {@link #run(Path, List)}. */
    public static Outcome run(Path folder, String... arguments) throws IOException, InterruptedException {
        return run(folder, List.of(arguments));
    }
}
