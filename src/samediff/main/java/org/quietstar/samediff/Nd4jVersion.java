package org.quietstar.samediff;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The versions of ND4J that this is written for. Fixes and plans reach into what ND4J keeps to itself, so that another
 * version is refused by name instead of failing somewhere within.
 */
final class Nd4jVersion {
    static final List<String> KNOWN = List.of("1.0.0-M2.1", "1.0.0-M1.1");

    private static final String PROPERTIES = "/org/eclipse/org.nd4j-nd4j-api-git.properties";

    private Nd4jVersion() {}

    /** Throws IllegalStateException where ND4J is of another version than those known. */
    static void require() {
        found().ifPresent(Nd4jVersion::require);
    }

    static void require(String version) {
        if (!KNOWN.contains(version)) {
            throw new IllegalStateException("quietstar-samediff is written for ND4J " + String.join(" and ", KNOWN)
                    + ", and this is " + version + ". Take one of these versions");
        }
    }

    /** The version that nd4j-api's own jar names; empty where a jar of everything has lost that file. */
    static Optional<String> found() {
        try (InputStream stream = SameDiff.class.getResourceAsStream(PROPERTIES)) {
            if (stream == null) {
                return Optional.empty();
            }
            var properties = new Properties();
            properties.load(stream);
            return Optional.ofNullable(properties.getProperty("git.build.version"));
        } catch (IOException e) {
            throw new UncheckedIOException(PROPERTIES + " of ND4J cannot be read", e);
        }
    }
}
