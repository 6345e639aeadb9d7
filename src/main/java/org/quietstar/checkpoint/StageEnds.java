package org.quietstar.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint.Content;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;

/** The models that the stages of a run ended with, as its checkpoints hold them. */
public final class StageEnds {
    private final Path run;
    private final RunConfig config;
    private final StageTree tree;
    private final CheckpointStore checkpoints;

    /** @param config that the run was begun with: it says at which step each stage ends */
    public StageEnds(Path run, RunConfig config) {
        this.run = run;
        this.config = config;
        this.tree = new StageTree(config);
        this.checkpoints = new CheckpointStore(run, config.checkpoint());
    }

    /** The settings under which the model of a checkpoint thinks: {@link StageTree#thoughtSettings}. */
    public static ThoughtConfig thoughtSettings(RunConfig config, Checkpoint checkpoint) {
        return new StageTree(config).thoughtSettings(RunPosition.of(checkpoint).stage());
    }

    /**
     * Loads the model that a stage ended with.
     *
     * @throws QuietStarException where there is no such stage, or no intact checkpoint of its end
     */
    public Checkpoint load(String name) {
        List<String> names = config.stages().stream().map(StageConfig::name).toList();
        int stage = names.indexOf(name);
        if (stage < 0) {
            throw new QuietStarException(
                    run + ": this run has no stage '" + name + "'; its stages: " + String.join(", ", names));
        }
        int maker = tree.maker(stage);
        if (maker == StageTree.NONE) {
            throw new QuietStarException(
                    run + ": the stage '" + name + "' has no steps, and so no checkpoint; " + kept());
        }
        Path path = checkpoints
                .find(tree.end(maker))
                .orElseThrow(() -> new QuietStarException(
                        run + ": there is no checkpoint of the end of stage '" + name + "' (step " + tree.end(maker)
                                + "): the stage is not finished, or its checkpoint was not kept; " + kept()));
        return requireEnd(CheckpointStore.load(path, Content.MODEL), path, maker);
    }

    /** Whether there is a checkpoint of a stage's end, sound or damaged. */
    public boolean isKept(StageConfig stage) {
        int maker = tree.maker(config.stages().indexOf(stage));
        return maker > StageTree.NONE && checkpoints.find(tree.end(maker)).isPresent();
    }

    private String kept() {
        String kept = IntStream.range(0, config.stages().size())
                .mapToObj(config.stages()::get)
                .filter(this::isKept)
                .map(StageConfig::name)
                .collect(Collectors.joining(", "));
        return kept.isEmpty() ? "so far no stage of the run has one" : "stages with one: " + kept;
    }

    /**
     * Looks whether what this stage and later ones start from, or learn from, is still there, since what is missing hours later is missing now.
     *
     * @param step that the run continues after
     * @param stage to which that step belongs
     * @throws QuietStarException where a checkpoint is missing or damaged
     */
    public void require(int stage, long step) {
        for (int later = stage; later < config.stages().size(); later++) {
            int source = tree.source(later);
            boolean startsThere = later > stage && tree.branchesOff(later);
            boolean needed = startsThere || config.stages().get(later).needsStart();
            if (needed && source > StageTree.NONE && tree.end(source) < step) {
                intact(later);
            }
        }
    }

    /**
     * Loads the model that a stage starts from.
     *
     * @return empty where it starts from the model that the run began with
     * @throws QuietStarException where the checkpoint is missing or damaged
     */
    public Optional<Checkpoint> loadStart(int stage) {
        int source = tree.source(stage);
        if (source == StageTree.NONE) {
            return Optional.empty();
        }
        CheckpointInfo info = intact(stage);
        return Optional.of(requireEnd(CheckpointStore.read(info, Content.MODEL), info.path(), source));
    }

    /** The checkpoint that a stage starts from. */
    private CheckpointInfo intact(int stage) {
        long step = tree.end(tree.source(stage));
        Path path = checkpoints.find(step).orElseThrow(() -> lost(stage, checkpoints.place(step), null));
        try {
            return CheckpointStore.verify(path, Content.MODEL);
        } catch (QuietStarException e) {
            throw lost(stage, path, e);
        }
    }

    /** The error of a checkpoint that a stage starts from and that is missing ({@code cause} is null) or damaged. */
    private QuietStarException lost(int stage, Path path, QuietStarException cause) {
        return new QuietStarException(
                path + ": the stage '" + config.stages().get(stage).name() + "' starts from what '"
                        + config.stages().get(tree.source(stage)).name() + "' ended with, and this checkpoint of it is "
                        + (cause == null ? "missing" : "damaged")
                        + "; bring it back, or move it and the later ones out of " + path.getParent()
                        + ", and train --resume makes it again"
                        + (cause == null ? "" : " (" + cause.getMessage() + ")"),
                cause);
    }

    /** A checkpoint of the right step is of another stage where config.yaml was changed after it was made. */
    private Checkpoint requireEnd(Checkpoint checkpoint, Path path, int maker) {
        RunPosition position = RunPosition.of(checkpoint);
        if (position.stage() != maker || position.stageStep() != tree.steps(maker)) {
            throw new QuietStarException(path + ": is not of the end of stage '"
                    + config.stages().get(maker).name() + "', but of step " + position.stageStep() + " of stage "
                    + (position.stage() + 1) + "; bring back the config.yaml that the run was begun with");
        }
        return checkpoint;
    }
}
