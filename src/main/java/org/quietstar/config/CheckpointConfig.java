package org.quietstar.config;

import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code checkpoint}. */
public record CheckpointConfig(
        @Key(
                value = "Every so many steps the run is saved; also at the end of each stage.",
                unit = "steps",
                min = 1,
                def = "100")
        int everySteps,

        @Key(value = "Newest checkpoints that stay.", min = 1, def = "2")
        int keepLast,

        @Key(value = "Whether the best checkpoint stays, too.", def = "true")
        boolean keepBest,

        @Key(
                value =
                        "What makes a checkpoint the best. loss: the lowest held-out loss (train.evaluateEvery); tasks: the"
                                + " most right answers, with thoughts where the model has any, as the mean over evaluation.tasks"
                                + " (train.tasksEvery); the items that decide are then left out of the report.",
                def = "loss")
        BestBy bestBy,

        @Key(value = "Largest size of one safetensors file.", unit = "MiB", min = 1, max = 2000, def = "1024")
        int shardMiB) {
    /** What makes a checkpoint the best. */
    public enum BestBy implements Choice {
        /** The lowest held-out loss. */
        LOSS,
        /** The most right answers. */
        TASKS
    }

    public static CheckpointConfig defaults() {
        return Records.defaults(CheckpointConfig.class);
    }
}
