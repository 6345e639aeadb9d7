package org.quietstar.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * Versions of what is running.
 *
 * @param quietstar this project's
 * @param nd4j ND4J's, as this project was built with it
 * @param java the Java runtime's, with its vendor
 * @param os name, release and processor architecture
 */
public record Versions(String quietstar, String nd4j, String java, String os) {

    /** The versions in this process. */
    public static Versions current() {
        Properties built = new Properties();
        try (InputStream stream = Versions.class.getResourceAsStream("quietstar.properties")) {
            built.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException("quietstar.properties cannot be read from the jar", e);
        }
        return new Versions(
                built.getProperty("version"),
                built.getProperty("nd4j"),
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
    }

    /** For a checkpoint: what made it. */
    public Map<String, Object> asMap() {
        return Map.of("quietstar", quietstar, "nd4j", nd4j, "java", java);
    }
}
