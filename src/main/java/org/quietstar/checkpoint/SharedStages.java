package org.quietstar.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint.Content;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.StarConfig;
import org.quietstar.config.ThoughtConfig;

/**
 * The first stages of a run that another run has trained under the same settings and seed: they are taken over, since
 * training them again would give the same, bit for bit.
 */
public final class SharedStages {
    private SharedStages() {}

    /**
     * Begins a run with as many finished stages as one of the others has in common with it. {@link RunFolder} and
     * checkpoints are then as if it had been stopped at the end of the last of them.
     *
     * @param run folder of the new run, in which there is none
     * @param others folders in which there may be runs
     * @return the run that the stages come from; empty where there is none, and nothing was written
     * @throws QuietStarException where the folder cannot be written
     */
    public static Optional<Path> begin(RunConfig config, Path run, List<Path> others) {
        Optional<Path> best = Optional.empty();
        SortedMap<Long, Path> checkpoints = new TreeMap<>();
        for (Path other : others) {
            if (RunFolder.isRunFolder(other)) {
                SortedMap<Long, Path> found = inCommon(config, other);
                if (found.size() > checkpoints.size()) {
                    best = Optional.of(other);
                    checkpoints = found;
                }
            }
        }
        if (best.isPresent()) {
            copy(config, run, best.get(), checkpoints);
        }
        return best;
    }

    /** By step, the checkpoints at the ends of the stages that both have and the other has finished, up to one that is not sound. */
    private static SortedMap<Long, Path> inCommon(RunConfig config, Path other) {
        RunConfig theirs = new RunFolder(other).readConfig();
        if (!besideStages(config).equals(besideStages(theirs))) {
            return new TreeMap<>();
        }
        var tree = new StageTree(theirs);
        var store = new CheckpointStore(other, theirs.checkpoint());
        SortedMap<Long, Path> found = new TreeMap<>();
        int stages = Math.min(config.stages().size(), theirs.stages().size());
        for (int i = 0;
                i < stages && alike(config.stages().get(i), theirs.stages().get(i));
                i++) {
            if (tree.steps(i) > 0) {
                Optional<Path> end = soundEnd(store, tree.end(i));
                if (end.isEmpty()) {
                    return found;
                }
                found.put(tree.end(i), end.get());
            }
        }
        return found;
    }

    private static Optional<Path> soundEnd(CheckpointStore store, long step) {
        return store.find(step).filter(path -> {
            try {
                CheckpointStore.verify(path, Content.ALL);
                return true;
            } catch (QuietStarException damaged) {
                return false; // it is trained again
            }
        });
    }

    /** What all stages depend on; tasks that are answered in the end alone, and how, are no part of training. */
    private static RunConfig besideStages(RunConfig config) {
        RunConfig without = config.withStages(List.of(StageConfig.defaults()))
                .withOutput(RunConfig.defaults().output());
        if (config.answersOnTheWay()) {
            return without;
        }
        EvaluationConfig none = EvaluationConfig.defaults();
        EvaluationConfig evaluation = config.evaluation()
                .withTasks(none.tasks())
                .withTaskThoughtTemperature(none.taskThoughtTemperature())
                .withTaskVotes(none.taskVotes())
                .withTaskTemperature(none.taskTemperature());
        return without.withEvaluation(evaluation);
    }

    private static boolean alike(StageConfig own, StageConfig other) {
        return withoutIdle(own).equals(withoutIdle(other));
    }

    /** Without the settings that a stage of its mode does not read. */
    private static StageConfig withoutIdle(StageConfig stage) {
        StageConfig read = stage.isStar() ? stage : stage.withStar(StarConfig.defaults());
        return stage.isPlain() || stage.isStar()
                ? read.withThought(ThoughtConfig.defaults()).withLoss(LossConfig.defaults())
                : read;
    }

    /** Writes the run beside its place and moves it there whole. */
    private static void copy(RunConfig config, Path run, Path other, SortedMap<Long, Path> checkpoints) {
        Path writing = run.resolveSibling("." + run.getFileName() + ".begun");
        try {
            Files.createDirectories(run.toAbsolutePath().getParent());
            Durable.discard(writing);
            Files.createDirectory(writing);
            var store = new CheckpointFolder(CheckpointStore.folder(writing));
            store.clearLeftovers();
            for (var checkpoint : checkpoints.entrySet()) {
                copyFolder(checkpoint.getValue(), store.place(checkpoint.getKey()));
            }
            var from = new RunFolder(other);
            var to = new RunFolder(writing);
            Durable.write(to.metrics(), Files.readAllBytes(from.metrics()));
            Durable.write(to.config(), Recipes.toYaml(config).getBytes(StandardCharsets.UTF_8));
            Durable.syncFolder(writing);
            Durable.rename(writing.toAbsolutePath(), run.toAbsolutePath());
        } catch (IOException e) {
            Durable.discard(writing);
            throw new QuietStarException(
                    run + ": the run cannot be begun with the finished stages of " + other + ": " + e, e);
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(from)) {
            files = all.toList();
        }
        Files.createDirectory(to);
        for (Path file : files) {
            Durable.sync(Files.copy(file, to.resolve(file.getFileName())));
        }
        Durable.syncFolder(to);
    }
}
