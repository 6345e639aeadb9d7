package org.quietstar.config;

/** Section {@code output}: where the results go. */
public record OutputConfig(
        @Key("Folder of the run; empty means runs/<recipe>-<time>; a relative path starts at the folder the"
                + " command runs in.")
        String dir) {

    public static OutputConfig defaults() {
        return new OutputConfig("");
    }
}
