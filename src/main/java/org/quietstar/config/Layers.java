package org.quietstar.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that were written, before the defaults are put under them: those of the whole run, and those of each
 * stage, which lie over the run's.
 */
final class Layers {
    private final String source;
    private final Map<String, Setting> run = new HashMap<>();
    private final Map<String, Stage> stages = new LinkedHashMap<>();

    /** @param source the file, as messages name it */
    Layers(String source) {
        this.source = source;
    }

    /**
     * One written value.
     *
     * @param path how messages name it, "train.steps" or "stages.base.train.steps"
     */
    record Setting(Object value, String path, Origin origin) {}

    /** The settings of one stage, by the path of the key without the stage, "train.steps". */
    record Stage(String name, Origin origin, Map<String, Setting> settings) {}

    String source() {
        return source;
    }

    Map<String, Setting> run() {
        return run;
    }

    /** The stages by name, in order. */
    Map<String, Stage> stages() {
        return stages;
    }

    /** Gives a run without stages its only one, which bears the name of its mode. */
    void ensureStage() {
        if (stages.isEmpty()) {
            String mode = (String) value(run, Schema.key("train.mode"));
            stages.put(mode, new Stage(mode, new Origin.FileLine(source, 0), new HashMap<>()));
        }
    }

    /** The settings in force during a stage. */
    Map<String, Setting> inForce(Stage stage) {
        var merged = new HashMap<>(run);
        merged.putAll(stage.settings());
        return merged;
    }

    /** The records, with defaults where nothing was written. */
    RunConfig resolve() {
        var resolved = new ArrayList<StageConfig>();
        for (Stage stage : stages.values()) {
            Map<String, Setting> settings = inForce(stage);
            resolved.add(new StageConfig(
                    stage.name(),
                    section(DataConfig.class, settings),
                    section(ThoughtConfig.class, settings),
                    section(LossConfig.class, settings),
                    section(OptimizerConfig.class, settings),
                    section(TrainConfig.class, settings)));
        }
        return new RunConfig(
                (Long) value(run, Schema.key("seed")),
                (String) value(run, Schema.key("backend")),
                section(ModelConfig.class, run),
                section(TokenizerConfig.class, run),
                section(DataConfig.class, run),
                section(ThoughtConfig.class, run),
                section(LossConfig.class, run),
                section(OptimizerConfig.class, run),
                section(TrainConfig.class, run),
                section(CheckpointConfig.class, run),
                section(EvaluationConfig.class, run),
                section(OutputConfig.class, run),
                List.copyOf(resolved));
    }

    /** The value of a key among {@code settings}, or its default. */
    static Object value(Map<String, Setting> settings, KeySpec key) {
        Setting setting = settings.get(key.path());
        return setting == null ? key.defaultValue() : setting.value();
    }

    private static <T extends Record> T section(Class<T> type, Map<String, Setting> settings) {
        return Schema.build(type, key -> value(settings, key));
    }
}
