package org.quietstar.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;

class PlainTextTest {
    private static final String TEXT = "Once é €\nupon 😀 a time\n";

    @TempDir
    private Path folder;

    private static void isRefused(byte[] bytes, String... words) {
        assertThatThrownBy(() -> PlainText.decode(bytes, "some.txt"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith("some.txt")
                .hasMessageContainingAll(words);
    }

    @Test
    void aByteOrderMarkChangesNothing() throws IOException {
        byte[] marked = ("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_8);
        assertThat(PlainText.decode(marked, "x")).isEqualTo(TEXT);
        assertThat(PlainText.read(Files.write(folder.resolve("marked.txt"), marked)))
                .isEqualTo(TEXT);
        assertThat(PlainText.decode(new byte[0], "x")).isEmpty();
        assertThat(PlainText.decode(TEXT.getBytes(StandardCharsets.UTF_8), "x")).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
    void otherEncodingsAreNamedWithAMarkAndNoticedWithout(String charset) {
        boolean marks = charset.equals("UTF-16");
        isRefused(TEXT.getBytes(Charset.forName(charset)), marks ? "is UTF-16, not UTF-8" : "NUL bytes", "UTF-8");
        String kind = charset.substring(0, 6);
        isRefused(("\uFEFF" + TEXT).getBytes(Charset.forName(charset)), "is " + kind);
    }

    @Test
    void whatIsNoTextIsNamed() throws IOException {
        isRefused(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\n".getBytes(StandardCharsets.UTF_8),
                "Git LFS");
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(TEXT.getBytes(StandardCharsets.UTF_8));
        }
        isRefused(compressed.toByteArray(), "gzip", ".gz");
        isRefused("PAR1....".getBytes(StandardCharsets.US_ASCII), "Parquet");
        isRefused("%PDF-1.7".getBytes(StandardCharsets.US_ASCII), "PDF");
        isRefused(new byte[4096], "NUL");
    }

    @Test
    void bytesThatAreNoUtf8AreRefusedWithTheirLine() {
        byte[] latin = (TEXT + "x".repeat(5000) + "\ncafé\n").getBytes(StandardCharsets.ISO_8859_1);
        isRefused(latin, "some.txt:1:", "is not UTF-8");
        byte[] late = ("a\n".repeat(3000) + "café\n").getBytes(StandardCharsets.ISO_8859_1);
        isRefused(late, "some.txt:3001:", "is not UTF-8");
    }

    @Test
    void whatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> PlainText.read(folder)).hasMessage(folder + ": is a folder");
        assertThatThrownBy(() -> PlainText.read(folder.resolve("none"))).hasMessageContaining("none: no such file");
    }
}
