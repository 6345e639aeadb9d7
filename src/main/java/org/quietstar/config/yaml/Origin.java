package org.quietstar.config.yaml;

import org.quietstar.QuietStarException;

/** Where a setting was written; every configuration error begins with it. */
public sealed interface Origin {

    /** As an error message names it, "configs/x.yaml:12" or "--set train.steps=50". */
    String place();

    /** As a message that already names the file mentions it, "line 12" or "--set train.steps=50". */
    String brief();

    /** The error of the key {@code path}; an empty path means the whole of this place. */
    QuietStarException error(String path, String problem);

    /** A line of a file, counted from 1; 0 means the file as a whole. */
    record FileLine(String file, int line) implements Origin {
        @Override
        public String place() {
            return line > 0 ? file + ":" + line : file;
        }

        @Override
        public String brief() {
            return "line " + line;
        }

        @Override
        public QuietStarException error(String path, String problem) {
            return new QuietStarException(place() + ": " + (path.isEmpty() ? "" : path + ": ") + problem);
        }
    }

    /** What has no lines: the file in which a pretrained model says what it is, or the records of a program. */
    record Named(String name) implements Origin {
        @Override
        public String place() {
            return name;
        }

        @Override
        public String brief() {
            return name;
        }

        @Override
        public QuietStarException error(String path, String problem) {
            return new QuietStarException(name + ": " + path + ": " + problem);
        }
    }

    /** An assignment KEY=VALUE on the command line. It names its key, so its errors do not name it again. */
    record Argument(String assignment) implements Origin {
        @Override
        public String place() {
            return "--set " + Format.clean(assignment);
        }

        @Override
        public String brief() {
            return place();
        }

        @Override
        public QuietStarException error(String path, String problem) {
            return new QuietStarException(place() + ": " + problem);
        }
    }
}
