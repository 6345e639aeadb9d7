package org.quietstar.config.yaml;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All sections and keys of a recipe, read off two records: the run's, whose components are keys of the top level, sections,
 * and one list of stages; and a stage's, whose records are sections, too. In a recipe these stand at the top level, where
 * the list of stages is in the run's record, and hold for every stage; a stage may have them again.
 */
public final class Schema {
    /** The word at the top of a file below which the stages are listed. */
    public static final String STAGES = "stages";

    /** The keys of a stage that are no sections. */
    static final List<String> STAGE_TEXTS = List.of("name", "from");

    private final List<KeySpec> top = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final Map<String, KeySpec> byPath = new LinkedHashMap<>();
    private final String onlyStage;

    /**
     * Reads the records.
     *
     * @param onlyStage path of the choice whose word names the one stage of a recipe that lists none
     */
    public Schema(Class<? extends Record> run, Class<? extends Record> stage, String onlyStage) {
        this.onlyStage = onlyStage;
        for (RecordComponent component : run.getRecordComponents()) {
            if (component.getType().isRecord()) {
                sections.add(section(component, false));
            } else if (component.getType() == List.class) {
                Arrays.stream(stage.getRecordComponents())
                        .filter(each -> each.getType().isRecord())
                        .forEach(each -> sections.add(section(each, true)));
            } else {
                top.add(Records.key(
                        "",
                        component.getName(),
                        component,
                        owner -> Records.read((Record) owner, component.getAccessor())));
            }
        }
        top.forEach(key -> byPath.put(key.path(), key));
        sections.forEach(section -> section.keys().forEach(key -> byPath.put(key.path(), key)));
    }

    /**
     * One section.
     *
     * @param stageable whether it is a stage's, which may override some of its keys
     * @param component of the run's or the stage's record
     */
    public record Section(
            String name, String sentence, boolean stageable, List<KeySpec> keys, RecordComponent component) {
        public Section {
            keys = List.copyOf(keys);
        }

        /** The section's record in that of the run or of a stage. */
        Record in(Record owner) {
            return (Record) Records.read(owner, component.getAccessor());
        }

        /** The keys of a group within it, such as "lora" of "train"; none where there is no such group. */
        List<KeySpec> group(String group) {
            return keys.stream()
                    .filter(key -> !group.isEmpty() && key.group().equals(group))
                    .toList();
        }
    }

    private static Section section(RecordComponent component, boolean stageable) {
        String name = component.getName();
        String sentence = component.getAnnotation(Key.class).value();
        return new Section(name, sentence, stageable, Records.keys(name, component.getType()), component);
    }

    /** Keys of the top level, such as {@code seed}. */
    public List<KeySpec> top() {
        return List.copyOf(top);
    }

    /** The sections in the order in which they are printed. */
    public List<Section> sections() {
        return List.copyOf(sections);
    }

    /** The key of a dotted path, which must exist. */
    public KeySpec key(String path) {
        return find(path).orElseThrow(() -> new IllegalArgumentException("no key " + path));
    }

    /** The key of a dotted path; empty where there is none. */
    Optional<KeySpec> find(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** The section of that name; empty where there is none. */
    Optional<Section> section(String name) {
        return sections.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** The keys of the section of that name, which must exist. */
    public List<KeySpec> keysOf(String section) {
        return section(section).orElseThrow().keys();
    }

    /** The words that may stand at the top of a file, in order. */
    public List<String> topNames() {
        var names = new ArrayList<String>();
        top.forEach(key -> names.add(key.name()));
        sections.forEach(section -> names.add(section.name()));
        names.add(STAGES);
        return names;
    }

    /** The names of the sections that a stage may hold. */
    public List<String> stageSections() {
        return sections.stream().filter(Section::stageable).map(Section::name).toList();
    }

    /** The key whose word names the one stage of a recipe that lists none. */
    KeySpec onlyStage() {
        return key(onlyStage);
    }
}
