package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.BadRecordPolicy;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.runtime.ChildJvm;
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
        String said = ChildJvm.run(
                folder.resolve("output.txt"),
                120,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxbytes=256m"),
                Reader.class.getName(),
                corpus.toString());
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
            List<String> files = List.of(args[0]);
            DataConfig config = DataConfig.defaults()
                    .withTrain(files)
                    .withValidation(files)
                    .withValidationFraction(0)
                    .withTextDocuments(DocumentBoundary.FILE)
                    .withSequenceLength(512)
                    .withBatchSize(64)
                    .withShuffleBuffer(1)
                    .withOnBadRecord(BadRecordPolicy.FAIL);
            try (TextBatches batches = TextBatches.validation(config, new ByteTokenizer(), 1, DataListener.none())) {
                while (batches.hasNext()) {
                    tokens += batches.next().tokens();
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
