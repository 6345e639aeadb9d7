package org.quietstar.config;

import java.util.ArrayList;
import java.util.List;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.KeySpec;
import org.quietstar.config.yaml.Schema;

/** The reference of all keys, made from the {@link Key} annotations: what {@code quietstar config --help} prints. */
public final class ConfigReference {
    private static final int WIDTH = 100;
    private static final String INDENT = "      ";

    private static final String INTRODUCTION =
            "A recipe is one YAML file. Each key stands in its section; a key that is left out has its default. "
                    + "--set SECTION.KEY=VALUE on the command line wins over the file; a list is written [a, b].";

    private static final String STAGES =
            "What is trained, one after the other: a list of stages. Each has a name (letters a to z, digits, '-'; "
                    + "no two alike) and, in sections of its own, the keys that differ from the run's. A stage continues "
                    + "with the model of the stage before it; 'from: NAME' lets it start from what an earlier stage "
                    + "ended with. Stages that start from the same one read the same text in the same order, and the "
                    + "last checkpoint of every stage stays. Allowed are the "
                    + "sections " + String.join(", ", Recipes.SCHEMA.stageSections()) + ", without data.validation and"
                    + " data.validationFraction. A run"
                    + " without stages has one, named after"
                    + " train.mode. --set"
                    + " stages.NAME.SECTION.KEY=VALUE sets a"
                    + " key of one stage; --set"
                    + " SECTION.KEY=VALUE sets it for the"
                    + " run and for every stage, also for"
                    + " one whose own section says"
                    + " otherwise.";

    private ConfigReference() {}

    /** The whole reference, lines of at most 100 columns. */
    public static String text() {
        var lines = new ArrayList<String>();
        wrap(lines, "", INTRODUCTION);
        lines.add("");
        Recipes.SCHEMA.top().forEach(key -> key(lines, key));
        for (Schema.Section section : Recipes.SCHEMA.sections()) {
            lines.add("");
            lines.add(section.name() + ": " + section.sentence());
            section.keys().forEach(key -> key(lines, key));
        }
        lines.add("");
        lines.add(Schema.STAGES + ":");
        wrap(lines, INDENT, STAGES);
        return String.join("\n", lines) + "\n";
    }

    private static void key(List<String> lines, KeySpec key) {
        wrap(lines, "  ", key.path() + ": " + key.kind() + "; default " + Format.yaml(key.defaultValue()));
        wrap(lines, INDENT, key.rule().value());
    }

    private static void wrap(List<String> lines, String indent, String text) {
        var line = new StringBuilder(indent);
        for (String word : text.split(" ", -1)) {
            if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
            }
            line.append(line.length() > indent.length() ? " " : "").append(word);
        }
        lines.add(line.toString());
    }
}
