package org.quietstar.config;

/** Section {@code output}. */
public record OutputConfig(@Key("Folder of the run; empty means runs/<recipe>-<time>.") String dir) {

    public static OutputConfig defaults() {
        return new OutputConfig("");
    }
}
