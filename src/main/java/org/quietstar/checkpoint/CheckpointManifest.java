package org.quietstar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.hash.Sha256;

/**
 * The list of a checkpoint's files with their sizes and SHA-256 sums, {@code manifest.json}. Its own sum stands in
 * {@code manifest.sha256}, in the form that {@code sha256sum -c} reads.
 *
 * @param step optimiser steps done
 * @param score as {@link Checkpoint#score}, where it was measured
 * @param files all other files of the folder
 */
record CheckpointManifest(long step, OptionalDouble score, List<Entry> files) {
    private static final String FILE = "manifest.json";
    private static final String SUM_FILE = "manifest.sha256";
    private static final JsonMapper JSON = new JsonMapper();

    /** One file: its name in the folder, size in bytes, and SHA-256 in hexadecimal digits. */
    record Entry(String name, long bytes, String sha256) {}

    /** Writes the manifest of the files that lie in {@code folder}. */
    static void write(Path folder, long step, OptionalDouble score) throws IOException {
        ObjectNode json = JSON.createObjectNode().put("step", step);
        score.ifPresent(value -> json.put("score", value));
        ArrayNode files = json.putArray("files");
        List<Path> paths;
        try (Stream<Path> stream = Files.list(folder)) {
            paths = stream.sorted().toList();
        }
        for (Path path : paths) {
            files.addObject()
                    .put("name", path.getFileName().toString())
                    .put("bytes", Files.size(path))
                    .put("sha256", Sha256.of(path));
        }
        Path manifest = folder.resolve(FILE);
        Durable.write(manifest, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        String sum = Sha256.of(manifest) + "  " + FILE + "\n";
        Durable.write(folder.resolve(SUM_FILE), sum.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads the manifest and checks that every file is there with its size, which is quick.
     *
     * @throws QuietStarException that names the first file that is not as it was written
     */
    static CheckpointManifest read(Path folder) {
        Path manifest = folder.resolve(FILE);
        try {
            String sum = Files.readString(present(folder.resolve(SUM_FILE)));
            if (!sum.equals(Sha256.of(present(manifest)) + "  " + FILE + "\n")) {
                throw new QuietStarException(manifest + ": its SHA-256 is not the one in " + SUM_FILE);
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(manifest));
            List<Entry> entries = new ArrayList<>();
            for (JsonNode file : json.path("files")) {
                entries.add(new Entry(
                        file.path("name").asText(),
                        file.path("bytes").asLong(),
                        file.path("sha256").asText()));
            }
            for (Entry entry : entries) {
                long bytes = Files.size(present(folder.resolve(entry.name())));
                if (bytes != entry.bytes()) {
                    throw new QuietStarException(folder.resolve(entry.name()) + ": has " + bytes
                            + " bytes where the manifest says " + entry.bytes());
                }
            }
            JsonNode score = json.path("score");
            return new CheckpointManifest(
                    json.path("step").asLong(),
                    score.isNumber() ? OptionalDouble.of(score.doubleValue()) : OptionalDouble.empty(),
                    List.copyOf(entries));
        } catch (IOException e) {
            throw new QuietStarException(manifest + ": cannot be read: " + e, e);
        }
    }

    /** Compares the SHA-256 of every file of that content, which takes as long as reading them. */
    void verify(Path folder, Checkpoint.Content content) {
        for (Entry entry : files) {
            if (!content.includes(entry.name())) {
                continue;
            }
            Path file = folder.resolve(entry.name());
            try {
                if (!Sha256.of(present(file)).equals(entry.sha256())) {
                    throw new QuietStarException(file + ": its SHA-256 is not the one in the manifest");
                }
            } catch (IOException e) {
                throw new QuietStarException(file + ": cannot be read: " + e, e);
            }
        }
    }

    private static Path present(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new QuietStarException(file + ": is missing");
        }
        return file;
    }
}
