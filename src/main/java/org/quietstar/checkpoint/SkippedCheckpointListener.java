package org.quietstar.checkpoint;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of checkpoints that cannot be used. */
@FunctionalInterface
public interface SkippedCheckpointListener {
    /**
     * A checkpoint was passed over.
     *
     * @param checkpoint its folder
     * @param why a full sentence that names the file and what is wrong with it
     */
    void damaged(Path checkpoint, String why);

    /** Logs a warning. */
    static SkippedCheckpointListener log() {
        Logger log = LoggerFactory.getLogger(CheckpointStore.class);
        return (checkpoint, why) -> log.warn("damaged checkpoint {}, passed over: {}", checkpoint.getFileName(), why);
    }
}
