package org.quietstar.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.text.JsonText;

/**
 * Tensors in one safetensors file or in several with an index, as Hugging Face lays them out: {@code
 * model.safetensors}, or {@code model-00001-of-00003.safetensors} … with {@code model.safetensors.index.json}.
 */
public final class ShardedSafetensors implements TensorSource {
    private static final String SUFFIX = ".safetensors";
    private static final String INDEX_SUFFIX = SUFFIX + ".index.json";
    private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\\\x00]+");
    private static final JsonMapper JSON = new JsonMapper();

    private final Path place;
    private final List<SafetensorsReader> files;
    private final Map<String, SafetensorsReader> fileOf;

    private ShardedSafetensors(Path place, List<SafetensorsReader> files, Map<String, SafetensorsReader> fileOf) {
        this.place = place;
        this.files = files;
        this.fileOf = Collections.unmodifiableMap(fileOf);
    }

    /**
     * Writes {@code <base>.safetensors} if all tensors fit into {@code maxBytes}, or else shards and their index. Files
     * of an earlier set of the same base name are removed first. A tensor is never split: one that is larger than
     * {@code maxBytes} has a shard to itself.
     */
    public static void write(Path folder, String base, Map<String, INDArray> tensors, long maxBytes) {
        List<Map<String, INDArray>> shards = split(tensors, maxBytes);
        try {
            removeEarlier(folder, base);
            if (shards.size() == 1) {
                SafetensorsWriter.write(folder.resolve(base + SUFFIX), shards.get(0), Map.of("format", "pt"));
                return;
            }
            ObjectNode index = JSON.createObjectNode();
            index.putObject("metadata")
                    .put(
                            "total_size",
                            tensors.values().stream()
                                    .mapToLong(SafetensorsWriter::bytes)
                                    .sum());
            ObjectNode weightMap = index.putObject("weight_map");
            for (int i = 0; i < shards.size(); i++) {
                String file = String.format(Locale.ROOT, "%s-%05d-of-%05d%s", base, i + 1, shards.size(), SUFFIX);
                SafetensorsWriter.write(folder.resolve(file), shards.get(i), Map.of("format", "pt"));
                shards.get(i).keySet().forEach(name -> weightMap.put(name, file));
            }
            Path indexFile = folder.resolve(base + INDEX_SUFFIX);
            Files.write(indexFile, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
            try (FileChannel channel = FileChannel.open(indexFile, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new QuietStarException(
                    folder + ": cannot be written: " + e
                            + ". Check that the folder exists, may be written to, and has room.",
                    e);
        }
    }

    private static List<Map<String, INDArray>> split(Map<String, INDArray> tensors, long maxBytes) {
        List<Map<String, INDArray>> shards = new ArrayList<>();
        Map<String, INDArray> shard = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
            long more = SafetensorsWriter.bytes(entry.getValue());
            if (!shard.isEmpty() && bytes + more > maxBytes) {
                shards.add(shard);
                shard = new LinkedHashMap<>();
                bytes = 0;
            }
            shard.put(entry.getKey(), entry.getValue());
            bytes += more;
        }
        shards.add(shard);
        return shards;
    }

    private static void removeEarlier(Path folder, String base) throws IOException {
        // A stale index would win over a new single file.
        Pattern ours = Pattern.compile(Pattern.quote(base) + "(-\\d{5}-of-\\d{5})?\\.safetensors(\\.index\\.json)?");
        for (Path file : list(folder)) {
            if (ours.matcher(file.getFileName().toString()).matches()) {
                Files.delete(file);
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /**
     * Opens a file, or a folder. In a folder, {@code model.safetensors} comes first, as for Hugging Face's library, then
     * {@code model.safetensors.index.json}, then any single other index, then all {@code *.safetensors} together.
     */
    public static ShardedSafetensors open(Path place) {
        if (!Files.isDirectory(place)) {
            return openAll(place, List.of(place));
        }
        if (has(place, "model")) {
            return open(place, "model");
        }
        List<Path> files;
        try {
            files = list(place);
        } catch (IOException e) {
            throw new QuietStarException(place + ": cannot be read: " + e, e);
        }
        List<Path> indexes = files.stream()
                .filter(file -> file.toString().endsWith(INDEX_SUFFIX))
                .toList();
        if (indexes.size() == 1) {
            return openIndex(place, indexes.get(0));
        }
        List<Path> plain =
                files.stream().filter(file -> file.toString().endsWith(SUFFIX)).toList();
        if (plain.isEmpty()) {
            throw new QuietStarException(place + ": the folder holds no *.safetensors file"
                    + OtherWeights.in(files).map(found -> ", but " + found).orElse("; weights are wanted here"));
        }
        if (indexes.size() > 1) {
            throw new QuietStarException(place + ": the folder holds " + indexes.size() + " indexes, such as "
                    + indexes.get(0).getFileName() + " and " + indexes.get(1).getFileName()
                    + "; one set of weights is wanted here. Name one file instead.");
        }
        return openAll(place, plain);
    }

    /** Opens the set that {@link #write} wrote under this base name. */
    public static ShardedSafetensors open(Path folder, String base) {
        Path single = folder.resolve(base + SUFFIX);
        Path index = folder.resolve(base + INDEX_SUFFIX);
        return Files.exists(single) || !Files.exists(index)
                ? openAll(folder, List.of(single))
                : openIndex(folder, index);
    }

    private static boolean has(Path folder, String base) {
        return Files.exists(folder.resolve(base + INDEX_SUFFIX)) || Files.exists(folder.resolve(base + SUFFIX));
    }

    private static ShardedSafetensors openAll(Path place, List<Path> paths) {
        List<SafetensorsReader> files = new ArrayList<>();
        Map<String, SafetensorsReader> fileOf = new LinkedHashMap<>();
        return closingOnFailure(files, () -> {
            for (Path path : paths) {
                SafetensorsReader file = SafetensorsReader.open(path);
                files.add(file);
                for (String name : file.names()) {
                    SafetensorsReader other = fileOf.put(name, file);
                    if (other != null) {
                        throw new QuietStarException(place + ": tensor '" + name + "' is in "
                                + other.path().getFileName() + " and in " + path.getFileName()
                                + "; name one file, or add an index.");
                    }
                }
            }
            return new ShardedSafetensors(place, files, fileOf);
        });
    }

    private static ShardedSafetensors openIndex(Path folder, Path index) {
        Map<String, String> weightMap = readIndex(index);
        List<SafetensorsReader> files = new ArrayList<>();
        Map<String, SafetensorsReader> byFileName = new LinkedHashMap<>();
        Map<String, SafetensorsReader> fileOf = new LinkedHashMap<>();
        return closingOnFailure(files, () -> {
            weightMap.forEach((name, fileName) -> {
                SafetensorsReader file = byFileName.computeIfAbsent(fileName, unopened -> {
                    if (!Files.isRegularFile(folder.resolve(unopened))) {
                        throw new QuietStarException(index + ": names the shard " + unopened + " (for tensor '" + name
                                + "', among others), which is not there; fetch it into " + folder);
                    }
                    SafetensorsReader opened = SafetensorsReader.open(folder.resolve(unopened));
                    files.add(opened);
                    return opened;
                });
                if (!file.names().contains(name)) {
                    throw new QuietStarException(index + ": tensor '" + name + "' should be in " + fileName
                            + ", but is not; index and files do not belong together.");
                }
                fileOf.put(name, file);
            });
            return new ShardedSafetensors(folder, files, fileOf);
        });
    }

    private static Map<String, String> readIndex(Path index) {
        Map<String, String> weightMap = new LinkedHashMap<>();
        JsonNode json = JsonText.read(index).path("weight_map");
        if (!json.isObject()) {
            throw new QuietStarException(index + ": the key weight_map with an object of tensor names is missing.");
        }
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            String file = entry.getValue().asText();
            // An index never reaches out of its own folder.
            if (!file.endsWith(SUFFIX) || !PLAIN_NAME.matcher(file).matches()) {
                throw new QuietStarException(index + ": weight_map." + entry.getKey() + " is '" + file
                        + "'; the plain name of a *.safetensors file in the same folder is wanted.");
            }
            weightMap.put(entry.getKey(), file);
        }
        return weightMap;
    }

    /** What opens the files of a set. */
    private interface Opening {
        ShardedSafetensors run();
    }

    private static ShardedSafetensors closingOnFailure(List<SafetensorsReader> files, Opening opening) {
        try {
            return opening.run();
        } catch (RuntimeException e) {
            files.forEach(SafetensorsReader::close);
            throw e;
        }
    }

    @Override
    public Set<String> names() {
        return fileOf.keySet();
    }

    @Override
    public TensorInfo info(String name) {
        return reader(name).info(name);
    }

    @Override
    public Path file(String name) {
        return reader(name).path();
    }

    @Override
    public INDArray read(String name, DataType target) {
        return reader(name).read(name, target);
    }

    @Override
    public void readInto(String name, INDArray existing) {
        reader(name).readInto(name, existing);
    }

    @Override
    public boolean equals(String name, INDArray array) {
        return reader(name).equals(name, array);
    }

    private SafetensorsReader reader(String name) {
        SafetensorsReader file = fileOf.get(name);
        if (file == null) {
            throw SafetensorsReader.unknown(place, name, names());
        }
        return file;
    }

    @Override
    public void close() {
        files.forEach(SafetensorsReader::close);
    }
}
