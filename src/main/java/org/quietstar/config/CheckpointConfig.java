package org.quietstar.config;

/** Section {@code checkpoint}. */
public record CheckpointConfig(
        @Key(value = "Every so many steps the run is saved; also at the end of each stage.", unit = "steps", min = 1)
        int everySteps,

        @Key(value = "Newest checkpoints that stay.", min = 1)
        int keepLast,

        @Key("Whether the checkpoint with the lowest held-out loss stays, too.")
        boolean keepBest,

        @Key(value = "Largest size of one safetensors file.", unit = "MiB", min = 1, max = 2000)
        int shardMiB) {

    public static CheckpointConfig defaults() {
        return new CheckpointConfig(100, 2, true, 1024);
    }
}
