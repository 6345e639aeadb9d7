package org.quietstar.config.yaml;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One key of a recipe.
 *
 * @param section the section it stands in; empty for a key of the top level
 * @param name its name there; a key of a group within the section has the group's name before it, "lora.rank"
 * @param choices what it may be, for a {@link Type#CHOICE}; empty for other types
 * @param rule its sentence, default, unit and range
 * @param accessor reads it from the record of its section
 */
public record KeySpec(
        String section, String name, Type type, List<Choice> choices, Key rule, UnaryOperator<Object> accessor) {

    public KeySpec {
        choices = List.copyOf(choices);
    }

    /** The kinds of values. */
    public enum Type {
        INTEGER("a whole number"),
        LONG("a whole number"),
        DECIMAL("a number"),
        BOOLEAN("true or false"),
        CHOICE("text"),
        TEXT("text"),
        TEXTS("a list of texts"),
        INTEGERS("a list of whole numbers");

        final String words;

        Type(String words) {
            this.words = words;
        }
    }

    /** Section and name, "train.steps". */
    public String path() {
        return section.isEmpty() ? name : section + "." + name;
    }

    /** Name of the group that it stands in, "lora"; empty for one that stands in the section itself. */
    public String group() {
        return name.substring(0, Math.max(0, name.indexOf('.')));
    }

    /** Its name without the group's. */
    public String simpleName() {
        return name.substring(name.indexOf('.') + 1);
    }

    /** Whether a stage may give the key a value of its own. */
    public boolean stageable() {
        return rule.sameInAllStages().isEmpty();
    }

    /** Its value where a recipe does not set it. */
    public Object defaultValue() {
        return KeyParser.written(this, path(), rule.def(), new Origin.FileLine("default", 0));
    }

    /** Its value in the record of its section, or in the record of the run for a key of the top level. */
    public Object in(Record owner) {
        return accessor.apply(owner);
    }

    /** Whether a number is in the key's range. */
    boolean allows(double number) {
        return number >= rule.min() && number <= rule.max();
    }

    /** What may stand here besides being of the type: "0 or more (steps)", "pack, random-span or pad". */
    String allowed() {
        return switch (type) {
            case CHOICE -> {
                List<String> words = words();
                int last = words.size() - 1;
                yield String.join(", ", words.subList(0, last)) + " or " + words.get(last);
            }
            case BOOLEAN, TEXT -> type.words;
            case TEXTS -> "a list of texts, or one text";
            case INTEGER, LONG, DECIMAL, INTEGERS -> range() + (rule.unit().isEmpty() ? "" : " (" + rule.unit() + ")");
        };
    }

    /** The words that a choice may be, in the enum's order. */
    List<String> words() {
        return choices.stream().map(Choice::word).toList();
    }

    /** Type and range in one phrase, as the reference prints it. */
    public String kind() {
        return switch (type) {
            case BOOLEAN, CHOICE, TEXT, TEXTS -> allowed();
            case INTEGER, LONG, DECIMAL, INTEGERS -> type.words + ", " + allowed();
        };
    }

    private String range() {
        boolean hasMin = rule.min() != Double.NEGATIVE_INFINITY;
        boolean hasMax = rule.max() != Double.POSITIVE_INFINITY;
        if (hasMin && hasMax) {
            return Format.number(rule.min()) + " to " + Format.number(rule.max());
        }
        if (hasMin) {
            return Format.number(rule.min()) + " or more";
        }
        return hasMax ? Format.number(rule.max()) + " or less" : "any";
    }
}
