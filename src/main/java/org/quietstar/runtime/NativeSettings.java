package org.quietstar.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environment variables that make ND4J's CPU backend fast. They take effect only when they are set before the JVM
 * starts, so the start script sets them; this class knows what they should be and says so where they are not.
 *
 * <p>What they should be is decided in one place, {@code native-env.sh}, which the start script and the build run, too.
 */
public final class NativeSettings {
    private static final Logger LOG = LoggerFactory.getLogger(NativeSettings.class);
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private NativeSettings() {}

    /**
     * The settings for this machine, by name of the environment variable, whatever this process's own are. Sizes are in
     * the form {@code 1500m}. Empty on a system without a POSIX shell.
     */
    public static Map<String, String> recommended() {
        return recommended(Map.of());
    }

    /** The settings that the script prints when {@code environment} is all it is given, beside the search path. */
    static Map<String, String> recommended(Map<String, String> environment) {
        ProcessBuilder shell = new ProcessBuilder("sh", "-s");
        String path = System.getenv("PATH");
        shell.environment().clear();
        if (path != null) {
            shell.environment().put("PATH", path);
        }
        shell.environment().putAll(environment);
        shell.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return run(shell);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of();
        }
    }

    private static Map<String, String> run(ProcessBuilder shell) throws InterruptedException {
        Process process;
        try {
            process = shell.start();
        } catch (IOException e) {
            return Map.of(); // no POSIX shell
        }
        try (InputStream script = NativeSettings.class.getResourceAsStream("native-env.sh");
                InputStream output = process.getInputStream()) {
            try (OutputStream input = process.getOutputStream()) {
                script.transferTo(input);
            }
            Map<String, String> settings = parse(new String(output.readAllBytes(), StandardCharsets.UTF_8));
            return process.waitFor() == 0 ? settings : Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException("native-env.sh cannot be run from the jar", e);
        }
    }

    private static Map<String, String> parse(String lines) {
        Map<String, String> settings = new LinkedHashMap<>();
        lines.lines()
                .filter(line -> line.indexOf('=') > 0)
                .forEach(line ->
                        settings.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return Collections.unmodifiableMap(settings);
    }

    /**
     * Logs one warning, once in the life of the process, when a setting makes this process slow: what it costs and what to
     * set before the next start. For programs that {@code ./quietstar} does not start, such as a notebook. Loads ND4J's
     * backend.
     */
    public static void warnOnce() {
        if (!WARNED.compareAndSet(false, true)) {
            return;
        }
        List<Diagnosis.Finding> findings =
                Diagnosis.ofSettings(System.getenv(), recommended(), BlasInfo.inForce(), Processor.current());
        if (!findings.isEmpty()) {
            LOG.warn(
                    "This process is slower than it need be. {}",
                    findings.stream().map(Diagnosis.Finding::toString).collect(Collectors.joining(" ")));
        }
    }
}
