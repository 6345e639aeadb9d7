package org.quietstar.config;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** All sections and keys of a recipe, as the components of {@link RunConfig} and of its section records declare them. */
final class Schema {
    static final String STAGES = "stages";

    /** Keys of the top level, such as {@code seed}. */
    static final List<KeySpec> TOP = topKeys();

    static final List<Section> SECTIONS = sections();

    private static final Map<String, KeySpec> BY_PATH = byPath();

    private Schema() {}

    /**
     * One section.
     *
     * @param stageable whether a stage may override some of its keys
     */
    record Section(String name, String sentence, Class<?> type, boolean stageable, List<KeySpec> keys) {}

    /** The key of a dotted path, or null where there is none. */
    static KeySpec key(String path) {
        return BY_PATH.get(path);
    }

    /** The keys of a group within a section, such as "lora" of "train"; none where there is no such group. */
    static List<KeySpec> group(Section section, String name) {
        return section.keys().stream()
                .filter(key -> !name.isEmpty() && key.group().equals(name))
                .toList();
    }

    /** The section of that name, or null where there is none. */
    static Section section(String name) {
        return SECTIONS.stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
    }

    /** The words that may stand at the top of a file, in order. */
    static List<String> topNames() {
        var names = new ArrayList<String>();
        TOP.forEach(key -> names.add(key.name()));
        SECTIONS.forEach(section -> names.add(section.name()));
        names.add(STAGES);
        return names;
    }

    /** The names of the sections that a stage may hold. */
    static List<String> stageSections() {
        return SECTIONS.stream().filter(Section::stageable).map(Section::name).toList();
    }

    /** A section record from the values of its keys. */
    static <T extends Record> T build(Class<T> type, Function<KeySpec, Object> values) {
        Section section = SECTIONS.stream()
                .filter(each -> each.type() == type)
                .findFirst()
                .orElseThrow();
        return build(type, section.name() + ".", values);
    }

    private static <T extends Record> T build(Class<T> type, String prefix, Function<KeySpec, Object> values) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            return type.getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new))
                    .newInstance(Arrays.stream(components)
                            .map(c -> c.getType().isRecord()
                                    ? build(c.getType().asSubclass(Record.class), prefix + c.getName() + ".", values)
                                    : values.apply(BY_PATH.get(prefix + c.getName())))
                            .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot build " + type.getName(), e);
        }
    }

    /** The value of a key in the record of its section, or in the {@link RunConfig} for a key of the top level. */
    static Object value(Record section, KeySpec key) {
        return key.accessor().apply(section);
    }

    /** The record of the section {@code name} in a {@link RunConfig} or a {@link StageConfig}. */
    static Record sectionOf(Record owner, String name) {
        return Arrays.stream(owner.getClass().getRecordComponents())
                .filter(c -> c.getName().equals(name))
                .map(c -> (Record) read(owner, c.getAccessor()))
                .findFirst()
                .orElseThrow();
    }

    private static List<KeySpec> topKeys() {
        RunConfig defaults = RunConfig.defaults();
        return Arrays.stream(RunConfig.class.getRecordComponents())
                .filter(c -> c.getType().isPrimitive() || c.getType() == String.class)
                .map(c -> keyOf("", c.getName(), defaults, owner -> read((Record) owner, c.getAccessor()), c))
                .toList();
    }

    private static List<Section> sections() {
        RunConfig defaults = RunConfig.defaults();
        List<String> inStages = Arrays.stream(StageConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        return Arrays.stream(RunConfig.class.getRecordComponents())
                .filter(c -> c.getType().isRecord())
                .map(c -> {
                    Record values = (Record) read(defaults, c.getAccessor());
                    List<KeySpec> keys = keysOf(c.getName(), "", c.getType(), values, UnaryOperator.identity());
                    String sentence = c.getAnnotation(Key.class).value();
                    return new Section(c.getName(), sentence, c.getType(), inStages.contains(c.getName()), keys);
                })
                .toList();
    }

    private static Map<String, KeySpec> byPath() {
        var keys = new LinkedHashMap<String, KeySpec>();
        TOP.forEach(key -> keys.put(key.path(), key));
        SECTIONS.forEach(section -> section.keys().forEach(key -> keys.put(key.path(), key)));
        return keys;
    }

    /**
     * The keys of a section, or of a group within it.
     *
     * @param prefix empty, or the group's name and a dot
     * @param type record whose components they are
     * @param defaults the section's
     * @param owner from the section's record to the record of that type
     */
    private static List<KeySpec> keysOf(
            String section, String prefix, Class<?> type, Record defaults, UnaryOperator<Object> owner) {
        var keys = new ArrayList<KeySpec>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName();
            UnaryOperator<Object> accessor = values -> read((Record) owner.apply(values), component.getAccessor());
            if (component.getType().isRecord()) {
                keys.addAll(keysOf(section, name + ".", component.getType(), defaults, accessor));
            } else {
                keys.add(keyOf(section, name, defaults, accessor, component));
            }
        }
        return keys;
    }

    private static KeySpec keyOf(
            String section, String name, Record defaults, UnaryOperator<Object> accessor, RecordComponent component) {
        Key rule = component.getAnnotation(Key.class);
        if (rule == null) {
            throw new IllegalStateException(section + "." + name + " has no @Key");
        }
        return new KeySpec(section, name, typeOf(component), rule, accessor.apply(defaults), accessor);
    }

    private static KeySpec.Type typeOf(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == int.class) {
            return KeySpec.Type.INTEGER;
        } else if (type == long.class) {
            return KeySpec.Type.LONG;
        } else if (type == double.class) {
            return KeySpec.Type.DECIMAL;
        } else if (type == boolean.class) {
            return KeySpec.Type.BOOLEAN;
        } else if (type == String.class) {
            return KeySpec.Type.TEXT;
        }
        if (component.getGenericType() instanceof ParameterizedType list && list.getRawType() == List.class) {
            Object item = list.getActualTypeArguments()[0];
            if (item == String.class) {
                return KeySpec.Type.TEXTS;
            } else if (item == Integer.class) {
                return KeySpec.Type.INTEGERS;
            }
        }
        throw new IllegalStateException("no YAML form for the type of " + component);
    }

    private static Object read(Record owner, Method accessor) {
        try {
            return accessor.invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + accessor, e);
        }
    }
}
