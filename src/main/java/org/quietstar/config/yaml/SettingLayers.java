package org.quietstar.config.yaml;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings that were written, before the defaults are put under them: those of the whole run, and those of each
 * stage, which lie over the run's.
 */
public final class SettingLayers {
    private final Schema schema;
    private final String source;
    private final Map<String, Setting> run = new HashMap<>();
    private final Map<String, Stage> stages = new LinkedHashMap<>();

    /** @param source the file, as messages name it */
    public SettingLayers(Schema schema, String source) {
        this.schema = schema;
        this.source = source;
    }

    /**
     * One written value.
     *
     * @param path how messages name it, "train.steps" or "stages.base.train.steps"
     */
    public record Setting(Object value, String path, Origin origin) {}

    /**
     * What was written of one stage.
     *
     * @param from name of the stage that it starts from; empty where none was written
     * @param settings by the path of the key without the stage, "train.steps"
     */
    public record Stage(String name, String from, Origin origin, Map<String, Setting> settings) {}

    Schema schema() {
        return schema;
    }

    /** The file, as messages name it. */
    public String source() {
        return source;
    }

    /** What holds for the whole run, by the path of the key. */
    public Map<String, Setting> run() {
        return run;
    }

    /** The stages by name, in order. */
    public Map<String, Stage> stages() {
        return stages;
    }

    /** Gives a run without stages its only one. */
    public void ensureStage() {
        if (stages.isEmpty()) {
            String name = ((Choice) value(run, schema.onlyStage())).word();
            stages.put(name, new Stage(name, "", new Origin.FileLine(source, 0), new HashMap<>()));
        }
    }

    /** Takes every key of the run's record, those of the stages' sections apart, as if {@code origin} had said it. */
    public void put(Record owner, Origin origin) {
        schema.top().forEach(key -> run.put(key.path(), new Setting(key.in(owner), key.path(), origin)));
        for (Schema.Section section : schema.sections()) {
            if (!section.stageable()) {
                put(section, owner, "", origin, run);
            }
        }
    }

    /** Adds a stage with every key of its record, as if {@code origin} had said it. */
    public void putStage(String name, String from, Record owner, Origin origin) {
        var settings = new HashMap<String, Setting>();
        for (Schema.Section section : schema.sections()) {
            if (section.stageable()) {
                put(section, owner, Schema.STAGES + "." + name + ".", origin, settings);
            }
        }
        stages.put(name, new Stage(name, from, origin, settings));
    }

    private static void put(
            Schema.Section section, Record owner, String prefix, Origin origin, Map<String, Setting> into) {
        Record values = section.in(owner);
        section.keys().forEach(key -> into.put(key.path(), new Setting(key.in(values), prefix + key.path(), origin)));
    }

    /** The settings in force during a stage. */
    public Map<String, Setting> inForce(Stage stage) {
        var merged = new HashMap<>(run);
        merged.putAll(stage.settings());
        return merged;
    }

    /** The value of a key of the run. */
    public Object value(String path) {
        return value(run, schema.key(path));
    }

    /**
     * A section's record, with the defaults where nothing was written.
     *
     * @param name of the section
     * @param settings the run's, or those in force during a stage
     */
    public <T extends Record> T section(Class<T> type, String name, Map<String, Setting> settings) {
        return Records.build(type, name + ".", path -> value(settings, schema.key(path)));
    }

    private static Object value(Map<String, Setting> settings, KeySpec key) {
        Setting setting = settings.get(key.path());
        return setting == null ? key.defaultValue() : setting.value();
    }
}
