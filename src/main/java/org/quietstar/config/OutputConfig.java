package org.quietstar.config;

import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code output}: where the results go. */
public record OutputConfig(
        @Key(
                value = "Folder of the run; empty means runs/<recipe>-<time>; a relative path starts at the folder the"
                        + " command runs in.",
                def = "")
        String dir) {

    public static OutputConfig defaults() {
        return Records.defaults(OutputConfig.class);
    }
}
