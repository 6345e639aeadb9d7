package org.quietstar.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quietstar.QuietStarException;

/**
 * The assignments of {@code --set}. {@code train.steps=50} sets the key for the run and for every stage, also for one
 * whose own section says otherwise; {@code stages.NAME.train.steps=50} sets it for that stage and wins over both,
 * wherever it stands. Of two assignments to one key the last counts.
 */
final class Overrides {
    private static final String STAGE_PREFIX = Schema.STAGES + ".";

    private final Layers layers;

    private Overrides(Layers layers) {
        this.layers = layers;
    }

    static void apply(List<String> assignments, Layers layers) {
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

    private record Assignment(String path, String value, Origin origin) {
        YamlNode.Scalar scalar() {
            return new YamlNode.Scalar(value, false, origin);
        }
    }

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
        Object value = value(key, key.path(), assignment);
        layers.run().put(key.path(), new Layers.Setting(value, key.path(), assignment.origin()));
        layers.stages().values().forEach(stage -> stage.settings().remove(key.path()));
    }

    private void setForStage(Assignment assignment) {
        String[] parts = assignment.path().substring(STAGE_PREFIX.length()).split("\\.", 2);
        Layers.Stage stage = layers.stages().get(parts[0]);
        if (stage == null) {
            throw unknownStage(parts[0], assignment);
        }
        String prefix = STAGE_PREFIX + stage.name() + ".";
        KeySpec key = find(prefix, parts.length > 1 ? parts[1] : "", assignment);
        RecipeReader.requireStageable(key, prefix, assignment.origin());
        String path = prefix + key.path();
        stage.settings().put(key.path(), new Layers.Setting(value(key, path, assignment), path, assignment.origin()));
    }

    private QuietStarException unknownStage(String name, Assignment assignment) {
        Map<String, Layers.Stage> stages = layers.stages();
        String meant = NearestKey.close(name, stages.keySet())
                .map(near -> "did you mean " + near + "? ")
                .orElse("");
        return assignment
                .origin()
                .error(
                        "",
                        "no stage has the name " + Shown.quoted(name) + "; " + meant + "stages of this run: "
                                + String.join(", ", stages.keySet()) + " (write stages.NAME.SECTION.KEY=VALUE)");
    }

    private static KeySpec find(String prefix, String path, Assignment assignment) {
        KeySpec key = Schema.key(path);
        boolean stage = !prefix.isEmpty();
        Origin origin = assignment.origin();
        int dot = path.indexOf('.');
        Schema.Section section = Schema.section(dot < 0 ? path : path.substring(0, dot));
        if (stage && section != null && !section.stageable()) {
            throw RecipeReader.sameInAllStages(section, prefix, origin);
        }
        if (key != null && !(stage && key.section().isEmpty())) {
            return key;
        }
        if (section != null && dot < 0) {
            throw origin.error(
                    "",
                    path + " is a section; name one of its keys: "
                            + String.join(
                                    ", ",
                                    section.keys().stream().map(KeySpec::path).toList()));
        }
        List<KeySpec> members = section == null ? List.of() : Schema.group(section, path.substring(dot + 1));
        if (!members.isEmpty()) {
            throw origin.error(
                    "",
                    path + " is a group of keys; name one of them: "
                            + String.join(
                                    ", ", members.stream().map(KeySpec::path).toList()));
        }
        if (path.equals(Schema.STAGES)) {
            throw origin.error(
                    "",
                    "stages are listed in the file; one key of a stage is set by "
                            + "--set stages.NAME.SECTION.KEY=VALUE");
        }
        String within = section == null ? "" : section.name();
        String name = section == null ? path : path.substring(dot + 1);
        throw UnknownKey.error(origin, prefix, within, name, assignment.scalar().shown());
    }

    /**
     * A text key takes the value as it stands, so that the shell's quotes are enough; only what begins with a quote or,
     * for a list, with '[' is read as YAML.
     */
    private static Object value(KeySpec key, String path, Assignment assignment) {
        boolean list = key.type() == KeySpec.Type.TEXTS || key.type() == KeySpec.Type.INTEGERS;
        boolean text = key.type() == KeySpec.Type.TEXT || key.type() == KeySpec.Type.TEXTS;
        String written = assignment.value();
        boolean yaml = written.startsWith("\"") || written.startsWith("'") || (list && written.startsWith("["));
        YamlNode node;
        if (yaml) {
            node = YamlTree.read(written, line -> assignment.origin());
        } else {
            boolean isNull = assignment.scalar().isNull() && !written.isEmpty();
            node = new YamlNode.Scalar(written, text && !isNull, assignment.origin());
        }
        return KeyValue.read(key, path, node);
    }
}
