package org.quietstar.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.random.SplitMix;

/** Files and settings that several tests need. */
final class TestFiles {
    private TestFiles() {}

    static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Writes {@code text}, compressed where the name ends in .gz. */
    static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, file.toString().endsWith(".gz") ? gzip(text) : text.getBytes(StandardCharsets.UTF_8));
    }

    /** Settings for small tests: no held-out share, skip bad records. */
    static DataConfig config(
            Packing packing, int length, int batch, int shuffleBuffer, double validationFraction, Path... train) {
        return DataConfig.defaults()
                .withTrain(List.of(train).stream().map(Path::toString).toList())
                .withValidationFraction(validationFraction)
                .withPacking(packing)
                .withSequenceLength(length)
                .withBatchSize(batch)
                .withShuffleBuffer(shuffleBuffer)
                .withPrefetch(3);
    }

    /** Short documents that differ from each other; the name tells the format. */
    static Path corpus(Path folder, String name, int documents, long seed) throws IOException {
        var random = new SplitMix(seed);
        var text = new StringBuilder();
        for (int i = 0; i < documents; i++) {
            String document = "doc " + name.charAt(0) + i + " " + "xyz ".repeat(random.nextInt(12)) + "end";
            text.append(name.contains("jsonl") ? "{\"text\": \"" + document + "\"}\n" : document + "\n\n\n");
        }
        return write(folder.resolve(name), text.toString());
    }
}
