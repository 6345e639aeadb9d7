package org.quietstar.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.config.RunConfig.BackendChoice;
import org.quietstar.config.yaml.NearestKey;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.Overrides;
import org.quietstar.config.yaml.RecipeReader;
import org.quietstar.config.yaml.RecipeWriter;
import org.quietstar.config.yaml.Schema;
import org.quietstar.config.yaml.SettingLayers;
import org.quietstar.config.yaml.YamlNode;
import org.quietstar.config.yaml.YamlTree;
import org.quietstar.text.PlainText;

/**
 * Reads and prints recipes. Everything a user can get wrong ends as one {@link QuietStarException} that names the file
 * and line (or the {@code --set} argument), the key, the value, what is allowed, and for an unknown key the nearest known
 * one.
 */
public final class Recipes {
    /** A recipe is a page or two; something larger is another kind of file. */
    private static final int LARGEST_BYTES = 1 << 20;

    /** What a recipe may hold. */
    static final Schema SCHEMA = new Schema(RunConfig.class, StageConfig.class, "train.mode");

    /** What version 0.1.0 did that later versions do by default in another way. */
    private static final List<String> VERSION_0_1_0 =
            List.of("data.holdOutBy=place", "data.beginOfText=off", "loss.rewardAcrossDocuments=true");

    private Recipes() {}

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
     * Reads what {@link #toYaml} wrote into a run's or an export's folder. What was held out stays held out: a file that does
     * not say what decided on it is one of version 0.1.0, whose ways it continues.
     */
    public static RunConfig loadWritten(Path file, List<String> sets) {
        String text = readFile(file);
        List<String> all = new ArrayList<>(text.contains(" holdOutBy:") ? List.of() : VERSION_0_1_0);
        all.addAll(sets);
        return fromYaml(text, file.toString(), all);
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
        if (root instanceof YamlNode.Scalar scalar && scalar.isNull()) {
            throw new QuietStarException(sourceName + ": the file is empty; a recipe sets at least one of: "
                    + String.join(", ", SCHEMA.topNames()));
        }
        SettingLayers layers = RecipeReader.read(SCHEMA, root, sourceName);
        Overrides.apply(sets, layers);
        PretrainedLayer.apply(layers, pretrained);
        RunConfig config = records(layers);
        CrossChecks.check(config, layers);
        return config;
    }

    /** The configuration as a recipe: all keys in order, then what differs in each stage; it reads back as an equal one. */
    public static String toYaml(RunConfig config) {
        return RecipeWriter.write(
                SCHEMA,
                config,
                config.stages().stream()
                        .map(stage -> new RecipeWriter.Stage(stage.name(), stage.from(), stage))
                        .toList());
    }

    /** The records, with defaults where nothing was written. */
    static RunConfig records(SettingLayers layers) {
        return new RunConfig(
                (Long) layers.value("seed"),
                (BackendChoice) layers.value("backend"),
                layers.section(ModelConfig.class, "model", layers.run()),
                layers.section(TokenizerConfig.class, "tokenizer", layers.run()),
                layers.stages().values().stream()
                        .map(stage -> records(stage, layers))
                        .toList(),
                layers.section(CheckpointConfig.class, "checkpoint", layers.run()),
                layers.section(EvaluationConfig.class, "evaluation", layers.run()),
                layers.section(OutputConfig.class, "output", layers.run()));
    }

    private static StageConfig records(SettingLayers.Stage stage, SettingLayers layers) {
        Map<String, SettingLayers.Setting> settings = layers.inForce(stage);
        return new StageConfig(
                stage.name(),
                stage.from(),
                layers.section(DataConfig.class, "data", settings),
                layers.section(ThoughtConfig.class, "thought", settings),
                layers.section(LossConfig.class, "loss", settings),
                layers.section(OptimizerConfig.class, "optimizer", settings),
                layers.section(TrainConfig.class, "train", settings),
                layers.section(StarConfig.class, "star", settings));
    }

    /**
     * Checks a configuration that was changed in a program: keys that cannot hold together are refused as in a recipe.
     *
     * @throws QuietStarException that names both keys and their values
     */
    public static void check(RunConfig config) {
        var origin = new Origin.Named("configuration");
        var layers = new SettingLayers(SCHEMA, origin.name());
        layers.put(config, origin);
        config.stages().forEach(stage -> layers.putStage(stage.name(), stage.from(), stage, origin));
        CrossChecks.check(config, layers);
    }

    /**
     * What training needs beyond a valid recipe; {@code quietstar config} shows a recipe without it.
     *
     * @throws QuietStarException where a stage has steps to make and no training text
     */
    public static void requireTrainingData(RunConfig config) {
        for (StageConfig stage : config.stages()) {
            if (stage.train().steps() > 0
                    && !stage.isStar()
                    && stage.data().train().isEmpty()) {
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
        return PlainText.decode(bytes, file.toString());
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
