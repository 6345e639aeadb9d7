package org.quietstar.config;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * One key of a recipe.
 *
 * @param section the section it stands in; empty for a key of the top level
 * @param name its name there; a key of a group within the section has the group's name before it, "lora.rank"
 * @param rule its sentence, unit and range
 * @param defaultValue its value where a recipe does not set it
 * @param accessor reads it from the record of its section
 */
record KeySpec(String section, String name, Type type, Key rule, Object defaultValue, UnaryOperator<Object> accessor) {

    /** Keys that mean the run as a whole, although their section may differ between stages. */
    private static final Set<String> SAME_IN_ALL_STAGES = Set.of("data.validation", "data.validationFraction");

    /** The kinds of values. */
    enum Type {
        INTEGER("a whole number"),
        LONG("a whole number"),
        DECIMAL("a number"),
        BOOLEAN("true or false"),
        TEXT("text"),
        TEXTS("a list of texts"),
        INTEGERS("a list of whole numbers");

        final String words;

        Type(String words) {
            this.words = words;
        }
    }

    /** Section and name, "train.steps". */
    String path() {
        return section.isEmpty() ? name : section + "." + name;
    }

    /** Name of the group that it stands in, "lora"; empty for one that stands in the section itself. */
    String group() {
        return name.substring(0, Math.max(0, name.indexOf('.')));
    }

    /** Its name without the group's. */
    String simpleName() {
        return name.substring(name.indexOf('.') + 1);
    }

    /** Whether a stage may give the key a value of its own. */
    boolean stageable() {
        return !SAME_IN_ALL_STAGES.contains(path());
    }

    /** What may stand here besides being of the type: "0 or more (steps)", "pack, random-span or pad". */
    String allowed() {
        if (rule.oneOf().length > 0) {
            List<String> words = List.of(rule.oneOf());
            int last = words.size() - 1;
            return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
        }
        return switch (type) {
            case BOOLEAN, TEXT -> type.words;
            case TEXTS -> "a list of texts, or one text";
            case INTEGER, LONG, DECIMAL, INTEGERS -> range() + (rule.unit().isEmpty() ? "" : " (" + rule.unit() + ")");
        };
    }

    /** Type and range in one phrase, as the reference prints it. */
    String kind() {
        boolean selfEvident =
                rule.oneOf().length > 0 || type == Type.BOOLEAN || type == Type.TEXT || type == Type.TEXTS;
        return selfEvident ? allowed() : type.words + ", " + allowed();
    }

    private String range() {
        boolean hasMin = rule.min() != Double.NEGATIVE_INFINITY;
        boolean hasMax = rule.max() != Double.POSITIVE_INFINITY;
        if (hasMin && hasMax) {
            return Shown.number(rule.min()) + " to " + Shown.number(rule.max());
        }
        if (hasMin) {
            return Shown.number(rule.min()) + " or more";
        }
        return hasMax ? Shown.number(rule.max()) + " or less" : "any";
    }
}
