package org.quietstar.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
    /** FIPS 180-2, appendix B.1. */
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    @Test
    void agreesWithTheStandard() throws IOException {
        byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
        assertThat(Sha256.of(abc)).isEqualTo(OF_ABC);
        assertThat(Sha256.of(Files.write(folder.resolve("abc"), abc))).isEqualTo(OF_ABC);
        var parts = new Sha256().add(new byte[] {'a'}).add(new byte[] {'b', 'c'});
        assertThat(parts.hex()).isEqualTo(OF_ABC);
        assertThat(parts.hex()).as("of nothing").startsWith("e3b0c44298fc1c149afbf4c8996fb924");
    }
}
