package org.quietstar.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint.Content;
import org.quietstar.config.CheckpointConfig;
import org.quietstar.runtime.Backend;
import org.quietstar.safetensors.ShardedSafetensors;

/**
 * The checkpoints of a run, one folder each: {@code <run>/checkpoints/step-00000120/}.
 *
 * <p>A checkpoint is written into a hidden sibling folder, forced onto the disk, and renamed in one step, so a folder
 * of that name is whole however the process ends. Older ones go only after that. One process writes; others may read at
 * the same time.
 */
public final class CheckpointStore {
    /** Largest step that fits the names of the folders. */
    public static final long MAX_STEP = 99_999_999;

    private static final String MODEL = "model";
    private static final String THOUGHT = "thought";
    static final String OPTIMIZER = "optimizer";
    private static final String STATE = "state.json";

    /** Lowest score first; of equal ones the newest. */
    private static final Comparator<CheckpointInfo> BEST_FIRST = Comparator.comparingDouble(
                    (CheckpointInfo info) -> info.score().orElse(Double.POSITIVE_INFINITY))
            .thenComparing(Comparator.comparingLong(CheckpointInfo::step).reversed());

    private final Path run;
    private final CheckpointFolder folder;
    private final CheckpointConfig config;
    private final Set<Long> keptSteps;

    /** As {@link #CheckpointStore(Path, CheckpointConfig, Set)}, without steps that are kept. */
    public CheckpointStore(Path run, CheckpointConfig config) {
        this(run, config, Set.of());
    }

    /**
     * The checkpoints of a run; nothing is touched before {@link #save}.
     *
     * @param run folder of the run
     * @param keptSteps steps whose checkpoints are not removed for newer ones
     */
    public CheckpointStore(Path run, CheckpointConfig config, Set<Long> keptSteps) {
        this.keptSteps = Set.copyOf(keptSteps);
        this.run = run;
        this.folder = new CheckpointFolder(folder(run));
        this.config = config;
    }

    /** The folder of a run's checkpoints. */
    static Path folder(Path run) {
        return run.resolve("checkpoints");
    }

    /**
     * Writes a checkpoint, then removes the others, but for the newest {@code keepLast}, the one with the lowest score if
     * {@code keepBest}, and those of steps that are kept. Those of later steps belong to a course that the run has left.
     *
     * @return the checkpoint, durable
     * @throws QuietStarException if it cannot be written; the earlier checkpoints are then as they were
     */
    public CheckpointInfo save(Checkpoint checkpoint) {
        Path target = folder.place(checkpoint.step());
        Path writing = folder.writing(checkpoint.step());
        try {
            folder.clearLeftovers();
            writeFiles(writing, checkpoint);
            folder.install(writing, target);
        } catch (QuietStarException e) {
            Durable.discard(writing);
            throw cannotSave(target, e.getMessage(), e);
        } catch (IOException e) {
            Durable.discard(writing);
            throw cannotSave(target, e + ". Check that the folder may be written to and has room.", e);
        }
        try {
            prune(checkpoint.step());
        } catch (IOException e) {
            throw new QuietStarException(
                    target + ": saved, but an older checkpoint beside it cannot be removed: " + e, e);
        }
        return new CheckpointInfo(target, checkpoint.step(), checkpoint.score());
    }

    private static QuietStarException cannotSave(Path target, String why, Exception cause) {
        return new QuietStarException(
                target + ": the checkpoint cannot be written; earlier ones are untouched. " + why, cause);
    }

    private void writeFiles(Path writing, Checkpoint checkpoint) throws IOException {
        long shardBytes = config.shardMiB() * 1024L * 1024L;
        Files.createDirectory(writing);
        ShardedSafetensors.write(writing, MODEL, checkpoint.weights(), shardBytes);
        ShardedSafetensors.write(writing, THOUGHT, checkpoint.thought(), Long.MAX_VALUE);
        ShardedSafetensors.write(writing, OPTIMIZER, checkpoint.optimizer(), shardBytes);
        Durable.write(writing.resolve(STATE), CheckpointState.encode(checkpoint.state()));
        CheckpointManifest.write(writing, checkpoint.step(), checkpoint.score());
        Durable.syncFolder(writing);
    }

    private void prune(long newest) throws IOException {
        List<CheckpointInfo> sound = new ArrayList<>(list());
        sound.removeIf(info -> info.step() > newest);
        Set<Path> kept = new HashSet<>();
        sound.subList(Math.max(0, sound.size() - config.keepLast()), sound.size())
                .forEach(info -> kept.add(info.path()));
        sound.stream().filter(info -> keptSteps.contains(info.step())).forEach(info -> kept.add(info.path()));
        if (config.keepBest()) {
            scored(sound).stream().limit(1).forEach(info -> kept.add(info.path()));
        }
        folder.removeAllBut(kept);
    }

    /** Where the checkpoint of a step lies. */
    Path place(long step) {
        return folder.place(step);
    }

    /** The folder of the checkpoint of a step, sound or damaged; it may be under the name of one that was to be replaced. */
    Optional<Path> find(long step) {
        String name = place(step).getFileName().toString();
        return folder.candidates().stream()
                .filter(path -> path.getFileName().toString().endsWith(name))
                .findFirst();
    }

    /** Oldest first, the checkpoints whose manifest is sound and whose files have their sizes; no sum is compared. */
    public List<CheckpointInfo> list() {
        List<CheckpointInfo> sound = new ArrayList<>();
        for (Path path : folder.candidates()) {
            try {
                CheckpointManifest manifest = CheckpointManifest.read(path);
                sound.add(new CheckpointInfo(path, manifest.step(), manifest.score()));
            } catch (QuietStarException damaged) {
                // Whoever wants one to use calls latest or best, and hears of it there.
            }
        }
        return sound;
    }

    /** The newest checkpoint that is intact to the last bit; the listener hears of each newer one that is not. */
    public Optional<CheckpointInfo> latest(SkippedCheckpointListener listener) {
        return latest(Content.ALL, listener);
    }

    private Optional<CheckpointInfo> latest(Content content, SkippedCheckpointListener listener) {
        while (true) {
            List<Path> seen = folder.candidates();
            List<Path> newestFirst = new ArrayList<>(seen);
            Collections.reverse(newestFirst);
            for (Path path : newestFirst) {
                Optional<CheckpointInfo> intact = intact(path, content, listener);
                if (intact.isPresent()) {
                    return intact;
                }
            }
            if (folder.candidates().equals(seen)) {
                return Optional.empty();
            }
            // A writing process has put others in their place meanwhile.
        }
    }

    /** The checkpoint with the lowest score that is intact; the listener is notified of each better one that is not. */
    public Optional<CheckpointInfo> best(SkippedCheckpointListener listener) {
        return best(Content.ALL, listener);
    }

    private Optional<CheckpointInfo> best(Content content, SkippedCheckpointListener listener) {
        return scored(list()).stream()
                .flatMap(info -> intact(info.path(), content, listener).stream())
                .findFirst();
    }

    private static List<CheckpointInfo> scored(List<CheckpointInfo> all) {
        return all.stream()
                .filter(info -> info.score().isPresent())
                .sorted(BEST_FIRST)
                .toList();
    }

    /**
     * Loads the newest intact checkpoint with all that training needs, as {@link #latest} finds it. If a writing process
     * removes it meanwhile, the one that has taken its place is loaded.
     */
    public Optional<Checkpoint> loadLatest(SkippedCheckpointListener listener) {
        return loadLatest(Content.ALL, listener);
    }

    private Optional<Checkpoint> loadLatest(Content content, SkippedCheckpointListener listener) {
        while (true) {
            Optional<CheckpointInfo> latest = latest(content, listener);
            if (latest.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(read(latest.get(), content));
            } catch (QuietStarException e) {
                if (Files.exists(latest.get().path())) {
                    throw e;
                }
            }
        }
    }

    /**
     * Loads the model of a checkpoint, without the optimiser's state.
     *
     * @param best the best one ({@code checkpoint.bestBy}) instead of the newest
     * @throws QuietStarException where there is none
     */
    public Checkpoint loadModel(boolean best, SkippedCheckpointListener listener) {
        if (best) {
            return best(Content.MODEL, listener)
                    .map(info -> read(info, Content.MODEL))
                    .orElseThrow(() -> new QuietStarException(run + ": no checkpoint has a score; train with"
                            + " train.evaluateEvery or train.tasksEvery, or take the newest, without --best"));
        }
        return loadLatest(Content.MODEL, listener)
                .orElseThrow(() -> new QuietStarException(run + ": there is no intact checkpoint in this run yet"));
    }

    /** Loads one checkpoint folder after comparing the sums of what it reads; QuietStarException names a damaged file. */
    public static Checkpoint load(Path checkpoint, Content content) {
        return read(verify(checkpoint, content), content);
    }

    private static Optional<CheckpointInfo> intact(Path path, Content content, SkippedCheckpointListener listener) {
        try {
            return Optional.of(verify(path, content));
        } catch (QuietStarException e) {
            // One that a writing process has just removed is gone, not damaged.
            if (Files.exists(path)) {
                listener.damaged(path, e.getMessage());
            }
            return Optional.empty();
        }
    }

    /** Compares the sums of a checkpoint's files; QuietStarException names a damaged one. */
    static CheckpointInfo verify(Path path, Content content) {
        CheckpointManifest manifest = CheckpointManifest.read(path);
        manifest.verify(path, content);
        return new CheckpointInfo(path, manifest.step(), manifest.score());
    }

    /** Loads a checkpoint whose sums were compared. */
    static Checkpoint read(CheckpointInfo info, Content content) {
        // The arrays are the first of their process where a checkpoint is exported.
        Backend.require("auto");
        Path path = info.path();
        try {
            return new Checkpoint(
                    info.step(),
                    readAll(path, MODEL),
                    readAll(path, THOUGHT),
                    content == Content.ALL ? readAll(path, OPTIMIZER) : Map.of(),
                    CheckpointState.decode(Files.readAllBytes(path.resolve(STATE))),
                    info.score());
        } catch (IOException e) {
            throw new QuietStarException(path.resolve(STATE) + ": cannot be read: " + e, e);
        }
    }

    private static Map<String, INDArray> readAll(Path path, String base) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try (ShardedSafetensors source = ShardedSafetensors.open(path, base)) {
            source.names().forEach(name -> arrays.put(name, source.read(name)));
        }
        return arrays;
    }
}
