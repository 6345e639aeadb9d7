package org.quietstar.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.text.PlainText;

/**
 * A file of text.
 *
 * @param path where it lies
 * @param format how documents stand in it
 * @param gzip whether it is compressed
 * @param size bytes on disk
 */
public record TextFile(Path path, Format format, boolean gzip, long size) {
    private static final int STREAM_BUFFER = 1 << 16;

    /** How documents stand in a file. */
    public enum Format {
        /** Plain text; {@link DocumentBoundary} says what ends a document. */
        TEXT,
        /** One JSON object a line. */
        JSONL
    }

    /** The format that a file name stands for (.txt, .text, .jsonl, .ndjson, each also with .gz), if it is known. */
    public static Optional<Format> formatOf(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        String bare = isGzip(path) ? name.substring(0, name.length() - 3) : name;
        if (bare.endsWith(".txt") || bare.endsWith(".text")) {
            return Optional.of(Format.TEXT);
        }
        return bare.endsWith(".jsonl") || bare.endsWith(".ndjson") ? Optional.of(Format.JSONL) : Optional.empty();
    }

    /** Whether the file name ends in .gz. */
    public static boolean isGzip(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    }

    /** What the file is in place of text; empty where its first bytes do not speak against it. */
    Optional<String> obstacle() throws IOException {
        try (InputStream stream = open(0)) {
            return PlainText.obstacle(stream.readNBytes(PlainText.SNIFFED_BYTES));
        } catch (ZipException | EOFException damaged) {
            // What can be read of it is read, and the damage reported, line and all.
            return Optional.empty();
        }
    }

    /** The text's bytes from {@code offset} on, which counts uncompressed bytes: gzip reads and drops those before. */
    InputStream open(long offset) throws IOException {
        // A FileInputStream, for a channel would be closed by the interrupt that ends the background thread.
        InputStream stream = new FileInputStream(path.toFile());
        try {
            if (gzip) {
                stream = new GZIPInputStream(new BufferedInputStream(stream, STREAM_BUFFER), STREAM_BUFFER);
            }
            stream.skipNBytes(offset);
            return stream;
        } catch (IOException | RuntimeException exception) {
            stream.close();
            throw exception;
        }
    }
}
