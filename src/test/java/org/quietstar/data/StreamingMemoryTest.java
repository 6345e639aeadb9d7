package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.tokenizer.ByteTokenizer;

/** A corpus as large as the heap of the JVM that reads it. */
class StreamingMemoryTest {
    private static final long CORPUS_BYTES = 64L << 20;

    @TempDir
    private Path folder;

    @Test
    void sixtyFourMebibytesOfTextGoThroughAsSmallAHeap() throws Exception {
        Path corpus = folder.resolve("corpus.txt");
        write(corpus, CORPUS_BYTES);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        java.toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-Dorg.bytedeco.javacpp.maxbytes=256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        // One long document: its bytes but for the line break at its end, and the end-of-document id.
        assertThat(said).contains("tokens " + CORPUS_BYTES);
    }

    /** Writes words in lines of 64 bytes. */
    static void write(Path corpus, long bytes) throws IOException {
        byte[] line = ("the quick brown fox jumps over the lazy dog "
                        + "and again.".repeat(2).substring(1) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        if (line.length != 64) {
            throw new IllegalStateException("lines have " + line.length + " bytes");
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(corpus), 1 << 16)) {
            for (long written = 0; written < bytes; written += line.length) {
                out.write(line);
            }
        }
    }

    /** Reads a file as one document to its end, in a JVM of its own. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] args) {
            long start = System.nanoTime();
            long tokens = 0;
            var config = new org.quietstar.config.DataConfig(
                    java.util.List.of(args[0]),
                    java.util.List.of(args[0]),
                    0,
                    "auto",
                    "text",
                    "file",
                    "pack",
                    512,
                    64,
                    1,
                    "fail",
                    4);
            try (TextBatches batches = TextBatches.validation(config, new ByteTokenizer(), 1, DataListener.none())) {
                for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                    tokens += batch.realTokens();
                    batch.ids().close();
                    batch.mask().close();
                }
            }
            System.out.println("tokens " + tokens);
            System.out.println(String.format(
                    Locale.ROOT,
                    "%.1f s, heap limit %d MiB",
                    (System.nanoTime() - start) / 1e9,
                    Runtime.getRuntime().maxMemory() >> 20));
        }
    }
}
