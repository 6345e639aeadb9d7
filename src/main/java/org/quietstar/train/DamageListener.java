package org.quietstar.train;

import java.nio.file.Path;

/** Hears of checkpoints that cannot be used. */
@FunctionalInterface
public interface DamageListener {
    /**
     * A checkpoint was passed over.
     *
     * @param checkpoint its folder
     * @param why a full sentence that names the file and what is wrong with it
     */
    void damaged(Path checkpoint, String why);
}
