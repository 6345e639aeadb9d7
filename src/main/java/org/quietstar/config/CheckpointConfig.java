package org.quietstar.config;

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

        @Key(value = "Whether the checkpoint with the lowest held-out loss stays, too.", def = "true")
        boolean keepBest,

        @Key(value = "Largest size of one safetensors file.", unit = "MiB", min = 1, max = 2000, def = "1024")
        int shardMiB) {

    public static CheckpointConfig defaults() {
        return Records.defaults(CheckpointConfig.class);
    }
}
