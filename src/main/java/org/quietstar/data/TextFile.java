package org.quietstar.data;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.ZipException;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.text.PlainText;

/**
 * A file of text.
 *
 * @param path where it lies
 * @param format how documents stand in it
 * @param compression how it is compressed
 * @param size bytes on disk
 */
public record TextFile(Path path, Format format, Compression compression, long size) {
    private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.US_ASCII);

    /** How documents stand in a file. */
    public enum Format {
        /** Plain text; {@link DocumentBoundary} says what ends a document. */
        TEXT,
        /** One JSON object a line. */
        JSONL,
        /** A table of columns, compressed within. */
        PARQUET
    }

    /** The format that a file name stands for (.txt, .text, .jsonl, .ndjson, each also with .gz or .zst; .parquet), if it is known. */
    public static Optional<Format> formatOf(Path path) {
        String bare = Compression.bareName(path);
        if (bare.endsWith(".txt") || bare.endsWith(".text")) {
            return Optional.of(Format.TEXT);
        }
        if (bare.endsWith(".parquet")) {
            return Optional.of(Format.PARQUET);
        }
        return bare.endsWith(".jsonl") || bare.endsWith(".ndjson") ? Optional.of(Format.JSONL) : Optional.empty();
    }

    /**
     * The whole text of a small file, unpacked where its name ends in .gz or .zst.
     *
     * @throws QuietStarException that names the file, where it cannot be read, is damaged, or is no UTF-8
     */
    public static String text(Path path) {
        Compression compression = Compression.of(path);
        if (compression == Compression.NONE) {
            return PlainText.read(path);
        }
        try (InputStream stream = new TextFile(path, Format.TEXT, compression, 0).open(0)) {
            return PlainText.decode(stream.readAllBytes(), path.toString());
        } catch (IOException e) {
            throw new QuietStarException(
                    path + ": cannot be read, or its compressed data is damaged (" + e.getMessage() + ")", e);
        }
    }

    /** Its first bytes, by which a file that is no text is known; none where it is damaged from the beginning. */
    byte[] start() throws IOException {
        try (InputStream stream = open(0)) {
            return stream.readNBytes(PlainText.SNIFFED_BYTES);
        } catch (ZipException | EOFException damaged) {
            // What can be read of it is read, and the damage reported, line and all.
            return new byte[0];
        }
    }

    /** Whether a file that begins so is Parquet, whatever its name. */
    static boolean isParquet(byte[] start) {
        return start.length >= PARQUET.length && Arrays.equals(start, 0, PARQUET.length, PARQUET, 0, PARQUET.length);
    }

    /** The text's bytes from {@code offset} on, which counts uncompressed bytes: of a compressed file those before are read and dropped. */
    InputStream open(long offset) throws IOException {
        // A FileInputStream, for a channel would be closed by the interrupt that ends the background thread.
        InputStream stream = new FileInputStream(path.toFile());
        try {
            stream = compression.unpacked(stream);
            stream.skipNBytes(offset);
            return stream;
        } catch (IOException | RuntimeException exception) {
            stream.close();
            throw exception;
        }
    }
}
