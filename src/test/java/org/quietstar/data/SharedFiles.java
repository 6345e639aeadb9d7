package org.quietstar.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real data that lies beside a checkout and never in it; a test without it is skipped and says so. */
public final class SharedFiles {
    private SharedFiles() {}

    /** The file or folder {@code name} of the shared folder (system property quietstar.shared, else ../shared). */
    public static Path require(String name) {
        Path path = Path.of(System.getProperty("quietstar.shared", "../shared")).resolve(name);
        Assumptions.assumeTrue(
                Files.exists(path), () -> "skipped: " + path + " is not there; set -Dquietstar.shared=FOLDER");
        return path;
    }
}
