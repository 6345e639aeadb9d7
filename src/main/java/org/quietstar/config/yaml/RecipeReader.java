package org.quietstar.config.yaml;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/** A parsed YAML file to {@link SettingLayers}: every key known, every value of its type and in its range. */
public final class RecipeReader {
    private static final Pattern STAGE_NAME = Pattern.compile("[a-z0-9-]+");

    private final SettingLayers layers;
    private final Schema schema;

    private RecipeReader(SettingLayers layers) {
        this.layers = layers;
        this.schema = layers.schema();
    }

    /**
     * Reads a whole file.
     *
     * @param source the file, as messages name it
     * @throws QuietStarException for the first key that is unknown or whose value is not allowed
     */
    public static SettingLayers read(Schema schema, YamlNode root, String source) {
        var layers = new SettingLayers(schema, source);
        if (!(root instanceof YamlNode.Fields fields)) {
            throw root.origin()
                    .error(
                            "",
                            root.shown() + " stands where 'key: value' lines are wanted "
                                    + "(a blank follows each colon); known keys: "
                                    + String.join(", ", schema.topNames()));
        }
        new RecipeReader(layers).top(fields);
        return layers;
    }

    private void top(YamlNode.Fields fields) {
        for (YamlNode.Field field : fields.fields()) {
            Schema.Section section = schema.section(field.name()).orElse(null);
            if (section != null) {
                section(section, "", field, layers.run());
            } else if (field.name().equals(Schema.STAGES)) {
                stages(field);
            } else {
                KeySpec key = schema.find(field.name())
                        .filter(found -> found.section().isEmpty())
                        .orElseThrow(() -> unknown(field, "", "", field.name()));
                put(key, "", field, layers.run());
            }
        }
    }

    /** @param prefix "stages.NAME." inside a stage, else empty */
    private void section(
            Schema.Section section, String prefix, YamlNode.Field field, Map<String, SettingLayers.Setting> into) {
        if (!(field.value() instanceof YamlNode.Fields keys)) {
            throw field.origin().error(prefix + section.name(), notASection(section, field.value()));
        }
        entries(section, prefix, "", keys, into);
    }

    /** @param group name of a group within the section and a dot, "lora.", or empty */
    private void entries(
            Schema.Section section,
            String prefix,
            String group,
            YamlNode.Fields keys,
            Map<String, SettingLayers.Setting> into) {
        for (YamlNode.Field entry : keys.fields()) {
            List<KeySpec> members = group.isEmpty() ? section.group(entry.name()) : List.of();
            if (!members.isEmpty()) {
                group(section, prefix, entry, members, into);
                continue;
            }
            KeySpec key = schema.find(section.name() + "." + group + entry.name())
                    .filter(found -> !entry.name().contains("."))
                    .orElseThrow(() -> unknown(entry, prefix, section.name(), group + entry.name()));
            if (!prefix.isEmpty()) {
                requireStageable(key, prefix, entry.origin());
            }
            put(key, prefix, entry, into);
        }
    }

    private QuietStarException unknown(YamlNode.Field field, String prefix, String section, String name) {
        return new UnknownKey(schema, prefix).error(field.origin(), section, name, field.value());
    }

    private void group(
            Schema.Section section,
            String prefix,
            YamlNode.Field entry,
            List<KeySpec> members,
            Map<String, SettingLayers.Setting> into) {
        if (!(entry.value() instanceof YamlNode.Fields fields)) {
            String names =
                    String.join(", ", members.stream().map(KeySpec::simpleName).toList());
            throw entry.origin()
                    .error(
                            prefix + section.name() + "." + entry.name(),
                            entry.value().shown() + " stands where keys are wanted, indented below or {in braces}: "
                                    + names);
        }
        entries(section, prefix, entry.name() + ".", fields, into);
    }

    private static String notASection(Schema.Section section, YamlNode value) {
        boolean empty = value instanceof YamlNode.Scalar scalar && scalar.isNull();
        String names =
                String.join(", ", section.keys().stream().map(KeySpec::name).toList());
        String problem = empty
                ? "the section is empty; delete it or indent keys below it"
                : value.shown() + " stands where a section is wanted";
        return problem + "; its keys: " + names;
    }

    /** Throws where a stage may not have a value of its own for {@code key}. */
    static void requireStageable(KeySpec key, String prefix, Origin origin) {
        if (!key.stageable()) {
            throw origin.error(
                    prefix + key.path(),
                    key.rule().sameInAllStages() + " is the same in all stages; write " + key.name()
                            + " in the section " + key.section() + " of the run");
        }
    }

    private static void put(KeySpec key, String prefix, YamlNode.Field field, Map<String, SettingLayers.Setting> into) {
        String path = prefix + key.path();
        into.put(key.path(), new SettingLayers.Setting(KeyParser.read(key, path, field.value()), path, field.origin()));
    }

    private void stages(YamlNode.Field field) {
        if (!(field.value() instanceof YamlNode.Items list) || list.items().isEmpty()) {
            throw field.origin()
                    .error(
                            Schema.STAGES,
                            "wants a list of stages, each '- name: …' with the sections that "
                                    + "differ indented below it; delete the key for a run of one stage");
        }
        int number = 0;
        for (YamlNode item : list.items()) {
            number++;
            String place = Schema.STAGES + "[" + number + "]";
            if (!(item instanceof YamlNode.Fields keys)) {
                throw item.origin().error(place, item.shown() + " stands where a stage is wanted; write '- name: …'");
            }
            stage(keys, place);
        }
    }

    private void stage(YamlNode.Fields fields, String place) {
        YamlNode.Field named = fields.fields().stream()
                .filter(f -> f.name().equals("name"))
                .findFirst()
                .orElseThrow(() -> fields.origin().error(place, "a stage needs a name; write '- name: …'"));
        String name = stageName(named, place);
        SettingLayers.Stage earlier = layers.stages().get(name);
        if (earlier != null) {
            throw named.origin()
                    .error(
                            place + ".name",
                            Format.quoted(name) + " is the name of another stage ("
                                    + earlier.origin().brief() + "); each stage needs a name of its own");
        }
        var settings = new HashMap<String, SettingLayers.Setting>();
        String prefix = Schema.STAGES + "." + name + ".";
        String from = "";
        for (YamlNode.Field field : fields.fields()) {
            if (field.name().equals("from")) {
                from = earlierStage(field, prefix);
            } else if (!field.name().equals("name")) {
                section(stageSection(field, prefix), prefix, field, settings);
            }
        }
        layers.stages().put(name, new SettingLayers.Stage(name, from, named.origin(), settings));
    }

    /** The name of a stage that stands above the one that is being read. */
    private String earlierStage(YamlNode.Field field, String prefix) {
        String path = prefix + field.name();
        List<String> earlier = List.copyOf(layers.stages().keySet());
        if (earlier.isEmpty()) {
            throw field.origin().error(path, "the first stage starts from the model itself; delete the line");
        }
        String names = "the name of an earlier stage: " + String.join(", ", earlier);
        if (!(field.value() instanceof YamlNode.Scalar scalar) || scalar.isNull()) {
            throw field.origin()
                    .error(
                            path,
                            field.value().shown() + " stands where a stage is named; allowed: " + names
                                    + "; without the line the stage continues from the one before it");
        }
        if (!earlier.contains(scalar.text())) {
            String meant = NearestKey.close(scalar.text(), earlier)
                    .map(near -> "did you mean " + near + "? ")
                    .orElse("");
            throw field.origin()
                    .error(path, scalar.shown() + " names no stage above this one; " + meant + "allowed: " + names);
        }
        return scalar.text();
    }

    private Schema.Section stageSection(YamlNode.Field field, String prefix) {
        Schema.Section section =
                schema.section(field.name()).orElseThrow(() -> unknown(field, prefix, "", field.name()));
        if (!section.stageable()) {
            throw sameInAllStages(schema, section, prefix, field.origin());
        }
        return section;
    }

    /** The error of a section that no stage may hold. */
    static QuietStarException sameInAllStages(Schema schema, Schema.Section section, String prefix, Origin origin) {
        return origin.error(
                prefix + section.name(),
                "is the same in all stages; write it at the top level. A stage may hold: "
                        + String.join(", ", schema.stageSections()));
    }

    private static String stageName(YamlNode.Field field, String place) {
        boolean valid = field.value() instanceof YamlNode.Scalar scalar
                && STAGE_NAME.matcher(scalar.text()).matches();
        if (!valid) {
            throw field.origin()
                    .error(
                            place + ".name",
                            field.value().shown()
                                    + " is no name of a stage; allowed: the letters a to z, digits and '-'");
        }
        return ((YamlNode.Scalar) field.value()).text();
    }
}
