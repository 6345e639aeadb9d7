package org.quietstar.config.yaml;

import java.util.List;
import java.util.Set;

/** A YAML document as it was written, with the place of every part; nothing is bound to a type yet. */
public sealed interface YamlNode {

    /** Where it was written. */
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

        /** Whether it is YAML's null: no value at all, or a word for it. */
        public boolean isNull() {
            return !quoted && NULL_WORDS.contains(text);
        }

        @Override
        public String shown() {
            return quoted && !(origin instanceof Origin.Argument)
                    ? '"' + Format.clean(text) + '"'
                    : Format.quoted(text);
        }
    }

    /** A list. */
    record Items(List<YamlNode> items, Origin origin) implements YamlNode {
        @Override
        public String shown() {
            return "a list";
        }
    }

    /** A group of keys. */
    record Fields(List<Field> fields, Origin origin) implements YamlNode {
        @Override
        public String shown() {
            return "a group of keys";
        }
    }

    /** One {@code name: value} of a {@link Fields}; names are unique there. */
    record Field(String name, YamlNode value, Origin origin) {}
}
