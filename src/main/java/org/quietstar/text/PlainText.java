package org.quietstar.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/**
 * Text as users bring it. It is UTF-8, with or without a byte-order mark; anything else is said to be what it is, and is
 * never read with characters replaced in silence.
 */
public final class PlainText {
    /** So many bytes at the start of a file tell what it is. */
    public static final int SNIFFED_BYTES = 4096;

    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final String TO_UTF_8 = "; convert it to UTF-8, for instance with iconv";

    /** First bytes of files that are something else, and what to say of them. */
    private record Signature(String what, int... bytes) {
        boolean begins(byte[] file) {
            if (file.length < bytes.length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if ((file[i] & 0xFF) != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** UTF-32 stands before UTF-16, whose mark its own begins with. */
    private static final List<Signature> SIGNATURES = List.of(
            new Signature("is UTF-32, not UTF-8" + TO_UTF_8, 0xFF, 0xFE, 0, 0),
            new Signature("is UTF-32, not UTF-8" + TO_UTF_8, 0, 0, 0xFE, 0xFF),
            new Signature("is UTF-16, not UTF-8" + TO_UTF_8, 0xFF, 0xFE),
            new Signature("is UTF-16, not UTF-8" + TO_UTF_8, 0xFE, 0xFF),
            new Signature("is compressed with gzip; give it a name that ends in .gz", 0x1F, 0x8B),
            new Signature("is compressed with zstd; give it a name that ends in .zst", 0x28, 0xB5, 0x2F, 0xFD),
            new Signature("is a ZIP archive; unpack it", 'P', 'K', 3, 4),
            new Signature("is a Parquet file; write its text as JSON lines", 'P', 'A', 'R', '1'),
            new Signature("is a PDF document; extract its text", '%', 'P', 'D', 'F', '-'),
            new Signature("is compressed with bzip2; unpack it with bunzip2", 'B', 'Z', 'h'),
            new Signature("is compressed with xz; unpack it with unxz", 0xFD, '7', 'z', 'X', 'Z', 0),
            new Signature("is a 7z archive; unpack it", '7', 'z', 0xBC, 0xAF, 0x27, 0x1C),
            new Signature("is an HDF5 file, not text", 0x89, 'H', 'D', 'F'),
            new Signature(
                    "is a GGUF file, in llama.cpp's format; fetch the same model as safetensors", 'G', 'G', 'U', 'F'));

    private static final byte[] POINTER =
            "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

    private static final Pattern HTML =
            Pattern.compile("\\s*(<!--.*?-->\\s*)?<(!doctype html|html)\\b", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private PlainText() {}

    /**
     * What a file is in place of UTF-8 text, with the way out; empty where its first bytes do not speak against text.
     *
     * @param start its first bytes, {@link #SNIFFED_BYTES} or fewer
     */
    public static Optional<String> obstacle(byte[] start) {
        Optional<String> other = signature(start);
        if (other.isPresent()) {
            return other;
        }
        for (byte each : start) {
            if (each == 0) {
                return Optional.of("holds NUL bytes: it is torn, no text, or UTF-16 or UTF-32 without a mark; put the"
                        + " right file there, or convert it to UTF-8");
            }
        }
        return Optional.empty();
    }

    /**
     * What a file is whose first bytes are those of a known kind that is read nowhere, with the way out: another encoding,
     * an archive, a pointer, a page.
     *
     * @param start its first bytes, {@link #SNIFFED_BYTES} or fewer
     */
    public static Optional<String> signature(byte[] start) {
        for (Signature signature : SIGNATURES) {
            if (signature.begins(start)) {
                return Optional.of(signature.what);
            }
        }
        if (start.length >= POINTER.length && Arrays.equals(start, 0, POINTER.length, POINTER, 0, POINTER.length)) {
            return Optional.of("is a Git LFS pointer, not the file that it stands for; fetch that with git lfs pull");
        }
        if (HTML.matcher(new String(start, StandardCharsets.ISO_8859_1)).lookingAt()) {
            return Optional.of("is an HTML page, perhaps an error page in place of the file; fetch the file again");
        }
        return Optional.empty();
    }

    /**
     * Reads a whole file.
     *
     * @throws QuietStarException that names the file, where it cannot be read or is no UTF-8
     */
    public static String read(Path file) {
        try {
            return decode(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            String why = Files.isDirectory(file)
                    ? "is a folder"
                    : Files.exists(file) ? "cannot be read: " + e : "no such file";
            throw new QuietStarException(file + ": " + why, e);
        }
    }

    /**
     * The text of some bytes, without a byte-order mark.
     *
     * @param name of where they come from, for the message
     * @throws QuietStarException where they are no UTF-8
     */
    public static String decode(byte[] bytes, String name) {
        obstacle(bytes.length > SNIFFED_BYTES ? Arrays.copyOf(bytes, SNIFFED_BYTES) : bytes)
                .ifPresent(what -> {
                    throw new QuietStarException(name + ": " + what);
                });
        int from = bytes.length >= MARK.length && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)
                ? MARK.length
                : 0;
        ByteBuffer input = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(input).toString();
        } catch (CharacterCodingException e) {
            throw new QuietStarException(name + ":" + lineOf(bytes) + ": is not UTF-8 text" + TO_UTF_8, e);
        }
    }

    /** Line, from 1, of the first byte that is no UTF-8. */
    private static long lineOf(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer input = ByteBuffer.wrap(bytes);
        CharBuffer output = CharBuffer.allocate(SNIFFED_BYTES);
        for (CoderResult result = decoder.decode(input, output, true);
                result.isOverflow();
                result = decoder.decode(input, output, true)) {
            output.clear();
        }
        long line = 1;
        for (int i = 0; i < input.position(); i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
