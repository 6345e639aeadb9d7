package org.quietstar.train;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quietstar.QuietStarException;

/**
 * The metrics file of a run: one JSON object a line, each with the whole number {@code step} (counted over all stages,
 * never falling), handed to the operating system as soon as it is written, so that a killed process loses none.
 *
 * <p>A run that continues from a checkpoint cuts the file back to the checkpoint's step; what it then writes makes the
 * file the same as that of a run that was never stopped, except for {@link #TIMING_KEYS}. For that to hold, everything
 * that belongs to a step must be written before the checkpoint of that step is saved.
 */
public final class MetricsLog implements AutoCloseable {
    /** Keys whose values depend on the machine and the moment; they are at the end of each line. */
    public static final Set<String> TIMING_KEYS =
            Set.of(Metrics.STEP_S, Metrics.TOKENS_PER_S, Metrics.HEAP_MIB, Metrics.MEMORY_MIB, Metrics.PEAK_MEMORY_MIB);

    /** The fast writer prints the shortest digits that read back as the same number, on every Java version. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the file to append to it, after removing all lines of steps above {@code resumeStep} and a half-written
     * last line. Creates it, with its folder, where there is none.
     *
     * @param resumeStep step of the checkpoint that the run continues from; -1 empties the file
     */
    public static MetricsLog open(Path file, long resumeStep) {
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            Scan kept = Files.exists(file) ? scan(file, resumeStep) : new Scan(List.of(), 0, true);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                channel.truncate(kept.bytes());
                channel.position(kept.bytes());
                MetricsLog log = new MetricsLog(file, channel);
                if (!kept.lineEnded()) {
                    log.append("\n".getBytes(StandardCharsets.UTF_8));
                }
                return log;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /**
     * Appends one line. Keys are in the order of the map, those of {@link #TIMING_KEYS} after all others. Numbers
     * that JSON lacks are written as the strings "NaN", "Infinity" and "-Infinity".
     *
     * @param values must have a whole number {@code step}; values are numbers, strings, booleans, or lists or arrays of
     *     them
     */
    public void write(Map<String, ?> values) {
        if (!(values.get(Metrics.STEP) instanceof Integer || values.get(Metrics.STEP) instanceof Long)) {
            throw new IllegalArgumentException("a metrics line needs a whole number '" + Metrics.STEP + "': " + values);
        }
        Map<String, Object> ordered = new LinkedHashMap<>();
        Map<String, Object> timings = new LinkedHashMap<>();
        values.forEach((key, value) -> (TIMING_KEYS.contains(key) ? timings : ordered).put(key, value));
        ordered.putAll(timings);
        try {
            // One write for the whole line: a kill leaves it out or leaves it whole, except on a full disk.
            append((JSON.writeValueAsString(ordered) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private void append(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** All lines of a metrics file, without a half-written last one. */
    public static List<ObjectNode> read(Path file) {
        try {
            return scan(file, Long.MAX_VALUE).lines();
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be read: " + e, e);
        }
    }

    /** A line without what depends on the machine and the moment: equal for equal runs. */
    public static ObjectNode withoutTimings(ObjectNode line) {
        return line.deepCopy().remove(TIMING_KEYS);
    }

    /**
     * The lines that stay.
     *
     * @param bytes their length in the file
     * @param lineEnded whether the last of them has its line end
     */
    private record Scan(List<ObjectNode> lines, long bytes, boolean lineEnded) {}

    private static Scan scan(Path file, long lastStep) throws IOException {
        List<ObjectNode> lines = new ArrayList<>();
        long bytes = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                line.write(c);
                if (c == '\n') {
                    ObjectNode parsed = parse(line.toByteArray());
                    if (parsed == null) {
                        throw new QuietStarException(file + ", line " + (lines.size() + 1)
                                + ": not a JSON object with a whole number 'step'."
                                + " The file is damaged; remove the line, or move the file away.");
                    }
                    if (parsed.get(Metrics.STEP).longValue() > lastStep) {
                        return new Scan(lines, bytes, true);
                    }
                    lines.add(parsed);
                    bytes += line.size();
                    line.reset();
                }
            }
            // A last line without its end is half-written, unless only the end is missing.
            ObjectNode last = parse(line.toByteArray());
            if (last != null && last.get(Metrics.STEP).longValue() <= lastStep) {
                lines.add(last);
                return new Scan(lines, bytes + line.size(), false);
            }
        }
        return new Scan(lines, bytes, true);
    }

    private static ObjectNode parse(byte[] line) {
        try {
            JsonNode node = JSON.readTree(line);
            return node instanceof ObjectNode object
                            && object.path(Metrics.STEP).isIntegralNumber()
                    ? object
                    : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static QuietStarException cannotWrite(Path file, IOException e) {
        return new QuietStarException(
                file + ": cannot be written: " + e + ". Check that the folder may be written to and has room.", e);
    }
}
