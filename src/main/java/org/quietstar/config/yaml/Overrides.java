package org.quietstar.config.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/**
 * The assignments of {@code --set}. {@code train.steps=50} sets the key for the run and for every stage, also for one
 * whose own section says otherwise; {@code stages.NAME.train.steps=50} sets it for that stage and wins over both,
 * wherever it stands. Of two assignments to one key the last counts.
 */
public final class Overrides {
    private static final String STAGE_PREFIX = Schema.STAGES + ".";

    private final SettingLayers layers;

    private Overrides(SettingLayers layers) {
        this.layers = layers;
    }

    /** Lays the assignments over what was written in the file. */
    public static void apply(List<String> assignments, SettingLayers layers) {
        var overrides = new Overrides(layers);
        var forStages = new ArrayList<Assignment>();
        for (String text : assignments) {
            Assignment assignment = parse(text);
            if (assignment.path().startsWith(STAGE_PREFIX)) {
                forStages.add(assignment);
            } else {
                overrides.setForRun(assignment);
            }
        }
        layers.ensureStage();
        forStages.forEach(overrides::setForStage);
    }

    private record Assignment(String path, String value, Origin origin) {}

    private static Assignment parse(String text) {
        int equals = text.indexOf('=');
        var origin = new Origin.Argument(text);
        if (equals <= 0) {
            throw origin.error("", "names no key and value; write --set KEY=VALUE, for example --set train.steps=50");
        }
        return new Assignment(
                text.substring(0, equals).strip(), text.substring(equals + 1).strip(), origin);
    }

    private void setForRun(Assignment assignment) {
        KeySpec key = find("", assignment.path(), assignment);
        Object value = KeyParser.written(key, key.path(), assignment.value(), assignment.origin());
        layers.run().put(key.path(), new SettingLayers.Setting(value, key.path(), assignment.origin()));
        layers.stages().values().forEach(stage -> stage.settings().remove(key.path()));
    }

    private void setForStage(Assignment assignment) {
        String[] parts = assignment.path().substring(STAGE_PREFIX.length()).split("\\.", 2);
        SettingLayers.Stage stage = layers.stages().get(parts[0]);
        if (stage == null) {
            throw unknownStage(parts[0], assignment);
        }
        if (parts.length > 1 && Schema.STAGE_TEXTS.contains(parts[1])) {
            throw assignment
                    .origin()
                    .error(
                            "",
                            "the names of the stages, and which starts from which, stand in the file; change it there");
        }
        String prefix = STAGE_PREFIX + stage.name() + ".";
        KeySpec key = find(prefix, parts.length > 1 ? parts[1] : "", assignment);
        RecipeReader.requireStageable(key, prefix, assignment.origin());
        String path = prefix + key.path();
        Object value = KeyParser.written(key, path, assignment.value(), assignment.origin());
        stage.settings().put(key.path(), new SettingLayers.Setting(value, path, assignment.origin()));
    }

    private QuietStarException unknownStage(String name, Assignment assignment) {
        Map<String, SettingLayers.Stage> stages = layers.stages();
        String meant = NearestKey.close(name, stages.keySet())
                .map(near -> "did you mean " + near + "? ")
                .orElse("");
        return assignment
                .origin()
                .error(
                        "",
                        "no stage has the name " + Format.quoted(name) + "; " + meant + "stages of this run: "
                                + String.join(", ", stages.keySet()) + " (write stages.NAME.SECTION.KEY=VALUE)");
    }

    private KeySpec find(String prefix, String path, Assignment assignment) {
        Schema schema = layers.schema();
        KeySpec key = schema.find(path).orElse(null);
        boolean stage = !prefix.isEmpty();
        Origin origin = assignment.origin();
        int dot = path.indexOf('.');
        Schema.Section section =
                schema.section(dot < 0 ? path : path.substring(0, dot)).orElse(null);
        if (stage && section != null && !section.stageable()) {
            throw RecipeReader.sameInAllStages(schema, section, prefix, origin);
        }
        if (key != null && !(stage && key.section().isEmpty())) {
            return key;
        }
        if (section != null && dot < 0) {
            throw origin.error("", path + " is a section; name one of its keys: " + names(section.keys()));
        }
        List<KeySpec> members = section == null ? List.of() : section.group(path.substring(dot + 1));
        if (!members.isEmpty()) {
            throw origin.error("", path + " is a group of keys; name one of them: " + names(members));
        }
        if (path.equals(Schema.STAGES)) {
            throw origin.error(
                    "",
                    "stages are listed in the file; one key of a stage is set by --set stages.NAME.SECTION.KEY=VALUE");
        }
        String within = section == null ? "" : section.name();
        String name = section == null ? path : path.substring(dot + 1);
        throw new UnknownKey(schema, prefix)
                .error(origin, within, name, new YamlNode.Scalar(assignment.value(), false, origin));
    }

    private static String names(Collection<KeySpec> keys) {
        return keys.stream().map(KeySpec::path).collect(Collectors.joining(", "));
    }
}
