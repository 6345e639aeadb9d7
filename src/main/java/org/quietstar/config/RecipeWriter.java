package org.quietstar.config;

import java.util.List;

/** A {@link RunConfig} as YAML: every key of the run in order, and of each stage the keys that differ from the run's. */
final class RecipeWriter {
    private final StringBuilder yaml = new StringBuilder();

    private RecipeWriter() {}

    static String write(RunConfig config) {
        var writer = new RecipeWriter();
        for (KeySpec key : Schema.TOP) {
            writer.line("", key, Schema.value(config, key));
        }
        for (Schema.Section section : Schema.SECTIONS) {
            writer.section(section, config);
        }
        if (!impliedStage(config)) {
            writer.yaml.append(Schema.STAGES).append(":\n");
            config.stages().forEach(stage -> writer.stage(stage, config));
        }
        return writer.yaml.toString();
    }

    /** Whether the stages are what a file without {@code stages} has. */
    private static boolean impliedStage(RunConfig config) {
        if (config.stages().size() != 1) {
            return false;
        }
        StageConfig only = config.stages().get(0);
        return only.name().equals(config.train().mode())
                && Schema.stageSections().stream()
                        .allMatch(s -> differing(s, only, config).isEmpty());
    }

    private void section(Schema.Section section, RunConfig config) {
        yaml.append(section.name()).append(":\n");
        Record values = Schema.sectionOf(config, section.name());
        lines("  ", section.keys(), values);
    }

    private void stage(StageConfig stage, RunConfig config) {
        yaml.append("  - name: ").append(YamlText.of(stage.name())).append('\n');
        for (String section : Schema.stageSections()) {
            List<KeySpec> keys = differing(section, stage, config);
            if (!keys.isEmpty()) {
                yaml.append("    ").append(section).append(":\n");
                Record values = Schema.sectionOf(stage, section);
                lines("      ", keys, values);
            }
        }
    }

    private static List<KeySpec> differing(String section, StageConfig stage, RunConfig config) {
        Record own = Schema.sectionOf(stage, section);
        Record run = Schema.sectionOf(config, section);
        return Schema.section(section).keys().stream()
                .filter(key -> !Schema.value(own, key).equals(Schema.value(run, key)))
                .toList();
    }

    /** Keys that stand together, those of a group indented below its name. */
    private void lines(String indent, List<KeySpec> keys, Record values) {
        String group = "";
        for (KeySpec key : keys) {
            if (!key.group().equals(group) && !key.group().isEmpty()) {
                yaml.append(indent).append(key.group()).append(":\n");
            }
            group = key.group();
            line(group.isEmpty() ? indent : indent + "  ", key, Schema.value(values, key));
        }
    }

    private void line(String indent, KeySpec key, Object value) {
        yaml.append(indent)
                .append(key.simpleName())
                .append(": ")
                .append(Shown.yaml(value))
                .append('\n');
    }
}
