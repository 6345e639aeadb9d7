package org.quietstar.config;

import java.util.List;

/**
 * One run, resolved: what stood in the YAML file and on the command line, laid over the defaults. {@link RunConfigs}
 * reads and prints it.
 *
 * @param stages what is trained, in this order; one or more
 */
public record RunConfig(
        @Key(value = "Seed of everything random: weights, shuffling, spans, thoughts, bootstrap.", min = 0)
        long seed,

        @Key(
                value =
                        "What ND4J executes on: auto takes a CUDA device where the build has CUDA (QUIETSTAR_BACKEND=cuda"
                                + " ./quietstar) and a device is there, else the CPU; cpu and cuda are errors where it is not so.",
                oneOf = {"auto", "cpu", "cuda"})
        String backend,

        @Key("The decoder: its family, its sizes, and where its weights come from.")
        ModelConfig model,

        @Key("Text to token ids and back.") TokenizerConfig tokenizer,

        @Key("Where text comes from and how it is cut into sequences.")
        DataConfig data,

        @Key("Sizes and sampling of the hidden thoughts.") ThoughtConfig thought,
        @Key("The terms of the loss and of the reward.") LossConfig loss,

        @Key("AdamW with decoupled weight decay, and the learning-rate schedule.")
        OptimizerConfig optimizer,

        @Key("The training loop.") TrainConfig train,
        @Key("What is saved, and when.") CheckpointConfig checkpoint,

        @Key("Perplexity on held-out text, and its gain by token difficulty.")
        EvaluationConfig evaluation,

        @Key("Where the results go.") OutputConfig output,
        List<StageConfig> stages) {

    /** Seed of a run that names none. */
    public static final long DEFAULT_SEED = 42;

    public RunConfig {
        stages = List.copyOf(stages);
    }

    /** The run of an empty file: every section's defaults, and one stage that bears the name of {@code train.mode}. */
    public static RunConfig defaults() {
        var stage = new StageConfig(
                TrainConfig.defaults().mode(),
                DataConfig.defaults(),
                ThoughtConfig.defaults(),
                LossConfig.defaults(),
                OptimizerConfig.defaults(),
                TrainConfig.defaults());
        return new RunConfig(
                DEFAULT_SEED,
                "auto",
                ModelConfig.defaults(),
                TokenizerConfig.defaults(),
                stage.data(),
                stage.thought(),
                stage.loss(),
                stage.optimizer(),
                stage.train(),
                CheckpointConfig.defaults(),
                EvaluationConfig.defaults(),
                OutputConfig.defaults(),
                List.of(stage));
    }
}
