package org.quietstar.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;

/**
 * Reads and prints recipes. Everything a user can get wrong ends as one {@link QuietStarException} that names the file
 * and line (or the {@code --set} argument), the key, the value, what is allowed, and for an unknown key the nearest known
 * one.
 */
public final class RunConfigs {
    /** A recipe is a page or two; something larger is another kind of file. */
    private static final int LARGEST_BYTES = 1 << 20;

    private RunConfigs() {}

    /**
     * Reads a YAML file in UTF-8.
     *
     * @param sets assignments KEY=VALUE that win over the file: {@code train.steps=50} for the run and every stage,
     *     {@code stages.NAME.train.steps=50} for one stage
     * @throws QuietStarException where the file cannot be read, is no valid recipe, or an assignment is not valid
     */
    public static RunConfig load(Path file, List<String> sets) {
        return load(file, sets, Pretrained.Finder.none());
    }

    /**
     * As {@link #load(Path, List)}; what is at {@code model.weights} gives what the recipe does not say, and must not
     * contradict what it says.
     */
    public static RunConfig load(Path file, List<String> sets, Pretrained.Finder pretrained) {
        return fromYaml(readFile(file), file.toString(), sets, pretrained);
    }

    /**
     * Reads YAML text.
     *
     * @param sourceName what errors call the text, usually its file
     * @param sets as in {@link #load}
     * @throws QuietStarException where text or assignments are not valid
     */
    public static RunConfig fromYaml(String text, String sourceName, List<String> sets) {
        return fromYaml(text, sourceName, sets, Pretrained.Finder.none());
    }

    /** As {@link #fromYaml(String, String, List)}, with what a pretrained model says of itself. */
    public static RunConfig fromYaml(String text, String sourceName, List<String> sets, Pretrained.Finder pretrained) {
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        YamlNode root = YamlTree.read(content, line -> new Origin.FileLine(sourceName, line));
        if (root == null || (root instanceof YamlNode.Scalar scalar && scalar.isNull())) {
            throw new QuietStarException(sourceName + ": the file is empty; a recipe sets at least one of: "
                    + String.join(", ", Schema.topNames()));
        }
        Layers layers = RecipeReader.read(root, sourceName);
        Overrides.apply(sets, layers);
        PretrainedLayer.apply(layers, pretrained);
        RunConfig config = layers.resolve();
        Contradictions.check(config, layers);
        return config;
    }

    /** The resolved recipe: all keys in order, then what differs in each stage; reads back to an equal configuration. */
    public static String toYaml(RunConfig config) {
        return RecipeWriter.write(config);
    }

    /**
     * What training needs beyond a valid recipe; {@code quietstar config} shows a recipe without it.
     *
     * @throws QuietStarException where a stage has steps to make and no training text
     */
    public static void requireTrainingData(RunConfig config) {
        for (StageConfig stage : config.stages()) {
            if (stage.train().steps() > 0 && stage.data().train().isEmpty()) {
                throw new QuietStarException("data.train: [] names no text for the stage '" + stage.name()
                        + "' with train.steps "
                        + stage.train().steps() + "; write data.train in the recipe, or --set data.train=FILE (a file, "
                        + "folder or glob of .txt or .jsonl, either may be .gz)");
            }
        }
    }

    private static String readFile(Path file) {
        if (!Files.exists(file)) {
            throw new QuietStarException(file + ": no such file" + similar(file));
        }
        if (Files.isDirectory(file)) {
            throw new QuietStarException(file + ": is a folder; name one YAML file" + similar(file.resolve("*.yaml")));
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_BYTES + 1);
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be read (" + e + "); check its permissions", e);
        }
        if (bytes.length > LARGEST_BYTES) {
            throw new QuietStarException(
                    file + ": larger than 1 MiB, so no recipe; name a YAML file such as configs/tiny.yaml");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new QuietStarException(file + ": not UTF-8 text; save it as UTF-8", e);
        }
    }

    /** The nearest recipe in the folder of a file that does not exist, as the end of a message. */
    private static String similar(Path file) {
        Path folder = file.getParent() == null ? Path.of("") : file.getParent();
        if (!Files.isDirectory(folder)) {
            return Files.isDirectory(Path.of("configs")) ? "; the recipes stand in configs/" : "";
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> recipes = files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml") || name.endsWith(".yml"))
                    .sorted()
                    .toList();
            String meant = NearestKey.close(file.getFileName().toString(), recipes)
                    .map(name -> "; nearest is " + folder.resolve(name))
                    .orElse("");
            return meant + (recipes.isEmpty() ? "" : "; recipes there: " + String.join(", ", recipes));
        } catch (IOException e) {
            return "";
        }
    }
}
