package org.quietstar.data;

import java.nio.file.Path;

/**
 * A record that could not be read.
 *
 * @param file that holds it
 * @param line its line, counted from 1; 0 where the file as a whole is bad
 * @param reason what is wrong with it
 */
public record BadRecord(Path file, long line, String reason) {
    @Override
    public String toString() {
        return (line == 0 ? file.toString() : file + ":" + line) + ": " + reason;
    }
}
