package org.quietstar.config.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A configuration as YAML: every key of the run in order, and of each stage the keys that differ from the run's. Of a
 * section that stages have, the run's value of a key is the one that most stages share, so that little differs.
 */
public final class RecipeWriter {
    private final StringBuilder yaml = new StringBuilder();
    private final Schema schema;
    private final List<Stage> stages;
    private final Map<KeySpec, Object> shared = new LinkedHashMap<>();

    private RecipeWriter(Schema schema, List<Stage> stages) {
        this.schema = schema;
        this.stages = stages;
        for (Schema.Section section : schema.sections()) {
            if (section.stageable()) {
                section.keys().forEach(key -> shared.put(key, shared(section, key)));
            }
        }
    }

    /**
     * One stage.
     *
     * @param from the stage that it starts from, empty for the one before it
     * @param sections the record that holds its sections
     */
    public record Stage(String name, String from, Record sections) {}

    /**
     * The whole configuration.
     *
     * @param run the record that holds the keys of the top level and the sections that no stage has
     * @param stages one or more
     */
    public static String write(Schema schema, Record run, List<Stage> stages) {
        var writer = new RecipeWriter(schema, stages);
        schema.top().forEach(key -> writer.line("", key, key.in(run)));
        schema.sections().forEach(section -> writer.section(section, run));
        if (!writer.impliedStage()) {
            writer.yaml.append(Schema.STAGES).append(":\n");
            stages.forEach(writer::stage);
        }
        return writer.yaml.toString();
    }

    /** The value that most stages have; of two that are as frequent, the later stage's. */
    private Object shared(Schema.Section section, KeySpec key) {
        List<Object> values = stages.stream()
                .map(stage -> key.in(section.in(stage.sections())))
                .toList();
        Object best = values.get(values.size() - 1);
        for (int i = values.size() - 2; i >= 0; i--) {
            if (Collections.frequency(values, values.get(i)) > Collections.frequency(values, best)) {
                best = values.get(i);
            }
        }
        return best;
    }

    /** Whether the stages are what a file without {@code stages} has. */
    private boolean impliedStage() {
        Stage first = stages.get(0);
        Choice name = (Choice) shared.get(schema.onlyStage());
        return stages.size() == 1 && first.from().isEmpty() && first.name().equals(name.word());
    }

    private void section(Schema.Section section, Record run) {
        yaml.append(section.name()).append(":\n");
        var values = new LinkedHashMap<KeySpec, Object>();
        section.keys().forEach(key -> values.put(key, section.stageable() ? shared.get(key) : key.in(section.in(run))));
        lines("  ", values);
    }

    private void stage(Stage stage) {
        yaml.append("  - name: ").append(YamlText.of(stage.name())).append('\n');
        if (!stage.from().isEmpty()) {
            yaml.append("    from: ").append(YamlText.of(stage.from())).append('\n');
        }
        for (Schema.Section section : schema.sections()) {
            Map<KeySpec, Object> own = section.stageable() ? differing(section, stage) : Map.of();
            if (!own.isEmpty()) {
                yaml.append("    ").append(section.name()).append(":\n");
                lines("      ", own);
            }
        }
    }

    private Map<KeySpec, Object> differing(Schema.Section section, Stage stage) {
        var own = new LinkedHashMap<KeySpec, Object>();
        for (KeySpec key : section.keys()) {
            Object value = key.in(section.in(stage.sections()));
            if (!value.equals(shared.get(key))) {
                own.put(key, value);
            }
        }
        return own;
    }

    /** Keys that stand together, those of a group indented below its name. */
    private void lines(String indent, Map<KeySpec, Object> values) {
        String group = "";
        for (Map.Entry<KeySpec, Object> entry : values.entrySet()) {
            KeySpec key = entry.getKey();
            if (!key.group().equals(group) && !key.group().isEmpty()) {
                yaml.append(indent).append(key.group()).append(":\n");
            }
            group = key.group();
            line(group.isEmpty() ? indent : indent + "  ", key, entry.getValue());
        }
    }

    private void line(String indent, KeySpec key, Object value) {
        yaml.append(indent)
                .append(key.simpleName())
                .append(": ")
                .append(Format.yaml(value))
                .append('\n');
    }
}
