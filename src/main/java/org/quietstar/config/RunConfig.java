package org.quietstar.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/**
 * One run, resolved: what stood in the recipe and on the command line, laid over the defaults. Each key has one place:
 * the sections that a stage may have are in {@link StageConfig} alone. {@link Recipes} reads and prints it.
 *
 * @param stages what is trained, in this order; one or more
 */
public record RunConfig(
        @Key(
                value = "Seed of everything random: weights, shuffling, spans, thoughts, bootstrap.",
                min = 0,
                def = "" + DEFAULT_SEED)
        long seed,

        @Key(
                value =
                        "What ND4J executes on: auto takes a CUDA device where the build has CUDA (QUIETSTAR_BACKEND=cuda"
                                + " ./quietstar) and a device is there, else the CPU; cpu and cuda are errors where it is not so.",
                def = "auto")
        BackendChoice backend,

        @Key("The decoder: its family, its sizes, and where its weights come from.")
        ModelConfig model,

        @Key("Text to token ids and back.") TokenizerConfig tokenizer,
        List<StageConfig> stages,
        @Key("What is saved, and when.") CheckpointConfig checkpoint,

        @Key("Perplexity on held-out text, its gain by token difficulty, and tasks with right answers.")
        EvaluationConfig evaluation,

        @Key("Where the results go.") OutputConfig output) {

    /** Seed of a run that names none. */
    public static final long DEFAULT_SEED = 42;

    /** What ND4J executes on. */
    public enum BackendChoice implements Choice {
        /** A CUDA device where there is one. */
        AUTO,
        /** The processor. */
        CPU,
        /** A CUDA device, or an error. */
        CUDA
    }

    public RunConfig {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("stages: [] names none; a run has one or more");
        }
    }

    /** The run of an empty recipe: every section's defaults, and one stage that bears the name of {@code train.mode}. */
    public static RunConfig defaults() {
        return new RunConfig(
                DEFAULT_SEED,
                BackendChoice.AUTO,
                ModelConfig.defaults(),
                TokenizerConfig.defaults(),
                List.of(StageConfig.defaults()),
                CheckpointConfig.defaults(),
                EvaluationConfig.defaults(),
                OutputConfig.defaults());
    }

    /** The stage that the run ends with. */
    public StageConfig lastStage() {
        return stages.get(stages.size() - 1);
    }

    /** Index of the stage that a stage starts from; -1 for the first, which starts from the model itself. */
    public int parent(int stage) {
        String from = stages.get(stage).from();
        int parent = stage - 1;
        while (!from.isEmpty() && !stages.get(parent).name().equals(from)) {
            parent--;
        }
        return parent;
    }

    /** The stages that led to a stage, by their indices: the one that it starts from, the one before that, and so on. */
    public IntStream ancestors(int stage) {
        return IntStream.iterate(parent(stage), index -> index >= 0, this::parent);
    }

    /**
     * The stage that trains a plain language model from the same start as the last stage, or the first of those that it
     * continues to train, trains thoughts or rationales; the nearest one, where there are several.
     */
    public Optional<StageConfig> plainStage() {
        int first = stages.size() - 1;
        while (first >= 0 && stages.get(first).distills()) {
            first = parent(first);
        }
        while (first >= 0 && parent(first) >= 0 && stages.get(parent(first)).thinks()) {
            first = parent(first);
        }
        if (first < 0 || !(stages.get(first).thinks() || stages.get(first).isStar())) {
            return Optional.empty();
        }
        int start = parent(first);
        return IntStream.iterate(stages.size() - 1, i -> i >= 0, i -> i - 1)
                .filter(i -> i != start && parent(i) == start)
                .mapToObj(stages::get)
                .filter(stage -> stage.isPlain() && stage.train().steps() > 0)
                .findFirst();
    }

    /** Whether tasks are answered in the course of training ({@code train.tasksEvery}). */
    public boolean answersOnTheWay() {
        return stages.stream().anyMatch(stage -> stage.train().tasksEvery() > 0);
    }

    /** The same run with other results. */
    public RunConfig withOutput(OutputConfig value) {
        return Records.with(this, "output", value);
    }

    /** The same run, evaluated in another way. */
    public RunConfig withEvaluation(EvaluationConfig value) {
        return Records.with(this, "evaluation", value);
    }

    /** The same run with other stages. */
    public RunConfig withStages(List<StageConfig> value) {
        return Records.with(this, "stages", value);
    }
}
