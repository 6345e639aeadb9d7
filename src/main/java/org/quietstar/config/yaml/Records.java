package org.quietstar.config.yaml;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/** Records whose components bear {@link Key}s: made from values, with the defaults, or with one value changed. */
public final class Records {
    private Records() {}

    /** The record in which every key has the default that stands at it. */
    public static <T extends Record> T defaults(Class<T> type) {
        Map<String, KeySpec> keys = keys("", type).stream().collect(Collectors.toMap(KeySpec::name, key -> key));
        return build(type, "", name -> keys.get(name).defaultValue());
    }

    /**
     * The same record with another value of one component.
     *
     * @throws QuietStarException for a number that is out of the key's range
     * @throws IllegalArgumentException where it has no component of that name
     */
    public static <T extends Record> T with(T record, String component, Object value) {
        RecordComponent changed = Arrays.stream(record.getClass().getRecordComponents())
                .filter(each -> each.getName().equals(component))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        record.getClass().getSimpleName() + " has no component " + component));
        if (value instanceof Number number) {
            KeySpec key = key(record.getClass().getSimpleName(), component, changed, UnaryOperator.identity());
            if (!key.allows(number.doubleValue())) {
                throw new QuietStarException(
                        key.path() + ": " + Format.yaml(value) + " is out of range; allowed: " + key.allowed());
            }
        }
        @SuppressWarnings("unchecked") // The class of a T that is a record, and records are final.
        var type = (Class<T>) record.getClass();
        return create(type, each -> each.getName().equals(component) ? value : read(record, each.getAccessor()));
    }

    /**
     * A record from the values of its keys.
     *
     * @param prefix before the names of its components, empty or ending in a dot
     * @param values by prefix and name
     */
    static <T extends Record> T build(Class<T> type, String prefix, Function<String, Object> values) {
        return create(
                type,
                each -> each.getType().isRecord()
                        ? build(each.getType().asSubclass(Record.class), prefix + each.getName() + ".", values)
                        : values.apply(prefix + each.getName()));
    }

    private static <T extends Record> T create(Class<T> type, Function<RecordComponent, Object> values) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] arguments = Arrays.stream(components).map(values).toArray();
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getName(), e);
        }
    }

    /** The keys of a section, in order; those of a group within it have the group's name before theirs. */
    static List<KeySpec> keys(String section, Class<?> type) {
        return keys(section, "", type, UnaryOperator.identity());
    }

    /**
     * @param prefix empty, or the group's name and a dot
     * @param type record whose components they are
     * @param owner from the section's record to the record of that type
     */
    private static List<KeySpec> keys(String section, String prefix, Class<?> type, UnaryOperator<Object> owner) {
        var keys = new ArrayList<KeySpec>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName();
            UnaryOperator<Object> accessor = values -> read((Record) owner.apply(values), component.getAccessor());
            if (component.getType().isRecord()) {
                keys.addAll(keys(section, name + ".", component.getType(), accessor));
            } else {
                keys.add(key(section, name, component, accessor));
            }
        }
        return keys;
    }

    static KeySpec key(String section, String name, RecordComponent component, UnaryOperator<Object> accessor) {
        Key rule = component.getAnnotation(Key.class);
        if (rule == null) {
            throw new IllegalStateException(section + "." + name + " has no @Key");
        }
        Object[] constants = component.getType().getEnumConstants();
        List<Choice> choices = constants == null
                ? List.of()
                : Arrays.stream(constants).map(Choice.class::cast).toList();
        return new KeySpec(section, name, typeOf(component), choices, rule, accessor);
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
        } else if (type.isEnum()) {
            return KeySpec.Type.CHOICE;
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

    static Object read(Record owner, Method accessor) {
        try {
            return accessor.invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + accessor, e);
        }
    }
}
