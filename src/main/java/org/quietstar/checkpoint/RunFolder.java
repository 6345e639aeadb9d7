package org.quietstar.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.quietstar.QuietStarException;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;

/** What stands where in the folder of a run. */
public record RunFolder(Path path) {

    /** The resolved configuration. */
    public Path config() {
        return path.resolve("config.yaml");
    }

    /** One JSON object a step. */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** Tables and pictures. */
    public Path evaluation() {
        return path.resolve("evaluation");
    }

    /** What the stages of mode star learn from, a file a turn. */
    public Path star() {
        return path.resolve("star");
    }

    /** Where a new run goes: to {@code output.dir}, or else to {@code runs/}, under a name and the time of day. */
    public static Path choose(RunConfig config, String name) {
        if (!config.output().dir().isEmpty()) {
            return Path.of(config.output().dir());
        }
        String time = LocalDateTime.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        return Path.of("runs", name + "-" + time);
    }

    /** Makes a new run's folder with its configuration; an existing run is refused. */
    public static RunFolder create(Path path, RunConfig config) {
        var folder = new RunFolder(path);
        if (Files.exists(folder.config()) || Files.exists(CheckpointStore.folder(path))) {
            throw new QuietStarException(path + ": there is a run in this folder already. Continue it: --resume " + path
                    + "; or choose another folder: --set output.dir=...");
        }
        try {
            Files.createDirectories(path);
            Files.writeString(folder.config(), Recipes.toYaml(config), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuietStarException(path + ": the run's folder cannot be written: " + e, e);
        }
        return folder;
    }

    /** Whether a run was begun in this folder. */
    public static boolean isRunFolder(Path path) {
        return Files.isRegularFile(new RunFolder(path).config());
    }

    /** The folder of a run that was begun. */
    public static RunFolder existing(Path path) {
        var folder = new RunFolder(path);
        if (!isRunFolder(path)) {
            throw new QuietStarException(
                    path + ": there is no run in this folder (no config.yaml); give the folder that training printed");
        }
        return folder;
    }

    /** The configuration that the run was begun with. */
    public RunConfig readConfig() {
        return Recipes.loadWritten(config(), List.of());
    }
}
