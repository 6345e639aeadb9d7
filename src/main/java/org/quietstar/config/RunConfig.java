package org.quietstar.config;

import java.util.List;

/** One run, resolved: what stood in the YAML file, laid over the defaults. */
public record RunConfig(
        @Key(value = "Seed of everything random: weights, shuffling, spans, thoughts, bootstrap.", min = 0) long seed,
        ModelConfig model,
        TokenizerConfig tokenizer,
        DataConfig data,
        ThoughtConfig thought,
        LossConfig loss,
        OptimizerConfig optimizer,
        TrainConfig train,
        CheckpointConfig checkpoint,
        EvaluationConfig evaluation,
        OutputConfig output,
        List<StageConfig> stages) {}
