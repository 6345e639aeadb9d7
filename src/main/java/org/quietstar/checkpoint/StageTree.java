package org.quietstar.checkpoint;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.random.SplitMix;

/**
 * Which stage of a run starts from which, and what follows from that. Steps are counted over all stages in the order of
 * the recipe, so the recipe alone says at which step each stage ends.
 */
public record StageTree(RunConfig config) {
    /** Stands for the model that the run began with, before its first step. */
    public static final int NONE = -1;

    /**
     * The stage whose last step made the model that a stage ends with: itself, unless it has no steps, and so ends with
     * what it began with.
     */
    public int maker(int stage) {
        int maker = stage;
        while (maker > NONE && steps(maker) == 0) {
            maker = config.parent(maker);
        }
        return maker;
    }

    /** The stage whose last step made the model that a stage begins with. */
    public int source(int stage) {
        return maker(config.parent(stage));
    }

    /** Whether a stage begins with another model than the steps before it have left. */
    public boolean branchesOff(int stage) {
        int before = stage - 1;
        while (before > NONE && steps(before) == 0) {
            before--;
        }
        return steps(stage) > 0 && source(stage) != before;
    }

    /** The stages that a model of this one has gone through or may still go through, in order: all but other branches. */
    public IntStream line(int stage) {
        return IntStream.range(0, config.stages().size())
                .filter(other -> goesOnFrom(stage, other) || goesOnFrom(other, stage));
    }

    private boolean goesOnFrom(int stage, int earlier) {
        return stage == earlier || config.ancestors(stage).anyMatch(ancestor -> ancestor == earlier);
    }

    /** The last stage that continues from this one: without branches the run's last. */
    public StageConfig last(int stage) {
        return config.stages().get(line(stage).max().orElseThrow());
    }

    /**
     * The settings under which the model of a stage thinks: those of the last stage on the way to it, itself included, that
     * trains thoughts. Of a model that has not learned to think, those of the last stage that continues from it.
     */
    public ThoughtConfig thoughtSettings(int stage) {
        return IntStream.rangeClosed(0, stage)
                .filter(other -> goesOnFrom(stage, other))
                .mapToObj(config.stages()::get)
                .filter(StageConfig::thinks)
                .reduce((first, second) -> second)
                .orElseGet(() -> last(stage))
                .thought();
    }

    /** Steps that are done at the end of a stage, over all stages. */
    long end(int stage) {
        return IntStream.rangeClosed(0, stage).mapToLong(this::steps).sum();
    }

    /**
     * The steps whose checkpoints stay: in a run with branches, or with a stage that needs what another ended with to its end,
     * the end of every stage.
     */
    public Set<Long> kept() {
        boolean neededLater =
                config.stages().stream().anyMatch(stage -> !stage.from().isEmpty() || stage.needsStart());
        return neededLater
                ? IntStream.range(0, config.stages().size()).mapToObj(this::end).collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    /** Each stage goes through the text in an order of its own; those that start from the same stage share one. */
    public long orderSeed(int stage) {
        return SplitMix.hash(config.seed(), config.parent(stage) + 1L);
    }

    /**
     * Seed of what a step draws. It counts the steps that the model has gone through, so that a branch is what it would be
     * without the branches before it.
     *
     * @param step over all stages
     */
    public long drawSeed(int stage, long step) {
        long elsewhere = stage == 0 ? 0 : end(stage - 1);
        long before = config.ancestors(stage).mapToLong(this::steps).sum();
        return SplitMix.hash(config.seed(), step - (elsewhere - before));
    }

    int steps(int stage) {
        return config.stages().get(stage).train().steps();
    }
}
