package org.quietstar.config;

import java.util.List;
import java.util.Set;

/** A YAML document as it was written, with the place of every part; nothing is bound to a type yet. */
sealed interface YamlNode {

    Origin origin();

    /** What this is, for messages: its text in quotes, or "a list". */
    String shown();

    /**
     * A single value.
     *
     * @param text what was written, quotes resolved
     * @param quoted whether it was marked as text, so that "5" is not a number
     */
    record Scalar(String text, boolean quoted, Origin origin) implements YamlNode {
        private static final Set<String> NULL_WORDS = Set.of("", "~", "null", "Null", "NULL");

        boolean isNull() {
            return !quoted && NULL_WORDS.contains(text);
        }

        @Override
        public String shown() {
            return quoted && !(origin instanceof Origin.Argument) ? '"' + Shown.clean(text) + '"' : Shown.quoted(text);
        }
    }

    record Items(List<YamlNode> items, Origin origin) implements YamlNode {
        @Override
        public String shown() {
            return "a list";
        }
    }

    record Fields(List<Field> fields, Origin origin) implements YamlNode {
        @Override
        public String shown() {
            return "a group of keys";
        }
    }

    /** One {@code name: value} of a {@link Fields}; names are unique there. */
    record Field(String name, YamlNode value, Origin origin) {}
}
