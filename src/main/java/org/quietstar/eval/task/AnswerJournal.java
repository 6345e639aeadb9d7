package org.quietstar.eval.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.quietstar.QuietStarException;

/**
 * What is answered of a task so far, in a file, so that a program that is killed does not begin anew: a JSON object for each
 * point, written after each batch. A journal of another task, model or setting is not taken up; a line that broke off is
 * passed over. Without a file nothing is kept.
 */
final class AnswerJournal implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEY = "key";
    private static final String PASS = "pass";
    private static final String POINT = "point";

    /** A point of a pass over all of them. */
    private record Place(int pass, int point) {}

    private final Optional<Path> file;
    private final Map<Place, JsonNode> earlier = new HashMap<>();
    private Optional<BufferedWriter> writer = Optional.empty();

    private AnswerJournal(Optional<Path> file) {
        this.file = file;
    }

    /** One that keeps nothing. */
    static AnswerJournal none() {
        return new AnswerJournal(Optional.empty());
    }

    /**
     * Opens a journal, and takes up what an earlier one holds under the same key.
     *
     * @param key what the answers follow from: task, model and settings
     * @param warnings is notified of answers that are thrown away
     */
    static AnswerJournal open(Path file, String key, Consumer<String> warnings) {
        var journal = new AnswerJournal(Optional.of(file));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            boolean there = Files.isRegularFile(file);
            // Half a character, where the last line broke off, is no reason to lose the others.
            String text = there ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
            boolean same = journal.read(text.lines().toList(), key);
            if (!same && text.contains("\"" + POINT + "\"")) {
                warnings.accept(file + ": unfinished answers of another task, model or setting are discarded");
            }
            // A line that broke off must not be continued by the next.
            BufferedWriter writer = Files.newBufferedWriter(
                    file,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    same ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            journal.writer = Optional.of(writer);
            writer.write(same ? "\n" : JSON.writeValueAsString(Map.of(KEY, key)) + "\n");
            writer.flush();
        } catch (IOException e) {
            throw failed(file, e);
        }
        return journal;
    }

    private boolean read(List<String> lines, String key) {
        boolean same = false;
        for (String line : lines) {
            Optional<JsonNode> node = parsed(line);
            if (node.filter(each -> each.has(KEY)).isPresent()) {
                same = node.get().get(KEY).asText().equals(key);
            } else if (same && node.filter(each -> each.has(POINT)).isPresent()) {
                earlier.put(
                        new Place(
                                node.get().get(PASS).asInt(),
                                node.get().get(POINT).asInt()),
                        node.get());
            }
        }
        return same;
    }

    private static Optional<JsonNode> parsed(String line) {
        try {
            return Optional.of(JSON.readTree(line));
        } catch (JsonProcessingException brokenOff) {
            return Optional.empty();
        }
    }

    /** What an earlier run has answered. */
    Optional<JsonNode> answered(int pass, int point) {
        return Optional.ofNullable(earlier.get(new Place(pass, point)));
    }

    /** Writes what is answered at some points, and sees to it that it is on its way to the disk. */
    void add(int pass, Map<Integer, ObjectNode> answers) {
        if (writer.isEmpty()) {
            return;
        }
        try {
            for (Map.Entry<Integer, ObjectNode> each : answers.entrySet()) {
                ObjectNode line = each.getValue();
                line.put(PASS, pass);
                line.put(POINT, each.getKey());
                writer.get().write(JSON.writeValueAsString(line) + "\n");
            }
            writer.get().flush();
        } catch (IOException e) {
            throw failed(file.orElseThrow(), e);
        }
    }

    /** Deletes a journal: what it holds is needed no more. */
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static QuietStarException failed(Path file, IOException cause) {
        return new QuietStarException(
                file + ": what is answered so far cannot be kept there (" + cause
                        + "); choose another folder with --out",
                cause);
    }

    @Override
    public void close() {
        try {
            if (writer.isPresent()) {
                writer.get().close();
            }
        } catch (IOException e) {
            throw failed(file.orElseThrow(), e);
        }
        writer = Optional.empty();
    }
}
