package org.quietstar.hash;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 sum that is made bit by bit. Not for use by several threads. */
public final class Sha256 {
    private static final int BUFFER_BYTES = 1 << 20;

    private final MessageDigest digest;

    /** The sum of nothing yet. */
    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The sum of some bytes, 64 hexadecimal digits. */
    public static String of(byte[] bytes) {
        return new Sha256().add(bytes).hex();
    }

    /**
     * The sum of a file, 64 hexadecimal digits. It takes as long as reading the file.
     *
     * @throws IOException where it cannot be read
     */
    public static String of(Path file) throws IOException {
        var sum = new Sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.digest.update(buffer, 0, n);
            }
        }
        return sum.hex();
    }

    /** Adds bytes. */
    public Sha256 add(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** The sum of all that was added, 64 hexadecimal digits. It begins anew after that. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
