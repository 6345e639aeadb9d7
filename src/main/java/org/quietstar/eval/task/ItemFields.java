package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/**
 * Fields of an item, with dots into what is within: {@code question.stem}, {@code question.choices.0.text}, and, for every
 * element of a list, {@code question.choices.*.text}.
 */
final class ItemFields {
    private static final int LONGEST_SHOWN = 100;
    /** A field in a template: a name in braces. */
    private static final Pattern FIELD = Pattern.compile("\\{([^{}\\s]+)}");

    private final ObjectNode item;
    private final String place;

    /** @param place file and line, as a message begins */
    ItemFields(ObjectNode item, String place) {
        this.item = item;
        this.place = place;
    }

    /**
     * What a field is wanted for, as messages say it.
     *
     * @param key of the task
     * @param written where the task names the field
     */
    record Use(String key, String written) {}

    /** Whether a text is a template, not the name of a field. */
    private static boolean isTemplate(String text) {
        return text.contains("{");
    }

    /** A template with the fields that it names filled in, or the field of that name. */
    String filled(String template, Use use) {
        if (!isTemplate(template)) {
            return text(template, use);
        }
        Matcher fields = FIELD.matcher(template);
        var text = new StringBuilder();
        while (fields.find()) {
            fields.appendReplacement(text, Matcher.quoteReplacement(text(fields.group(1), use)));
        }
        return fields.appendTail(text).toString();
    }

    /** The text of a field. */
    private String text(String name, Use use) {
        JsonNode value = values(name, use).get(0);
        if (!value.isTextual() && !value.isNumber()) {
            throw new QuietStarException(
                    place + "field '" + name + "' is " + shown(value.toString()) + "; text is wanted");
        }
        String text = value.asText();
        if (text.isBlank()) {
            throw new QuietStarException(place + "field '" + name + "' is empty; write the " + use.key);
        }
        return text;
    }

    /** The texts of a field of several: a list, or the same field of every element of one. */
    List<String> texts(String name, Use use) {
        List<String> texts = new ArrayList<>();
        List<JsonNode> values = values(name, use);
        boolean list = values.size() == 1 && values.get(0).isArray();
        for (JsonNode each : list ? values.get(0) : values) {
            if (!each.isTextual() && !each.isNumber()) {
                throw new QuietStarException(
                        place + "field '" + name + "' holds " + shown(each.toString()) + "; texts are wanted");
            }
            texts.add(each.asText());
        }
        return texts;
    }

    private List<JsonNode> values(String name, Use use) {
        List<JsonNode> found = item.has(name) ? List.of(item.get(name)) : List.of((JsonNode) item);
        if (!item.has(name)) {
            for (String step : name.split("\\.", -1)) {
                found = found.stream()
                        .flatMap(node -> within(node, step).stream())
                        .toList();
            }
        }
        if (found.isEmpty()) {
            List<String> names = new ArrayList<>();
            item.fieldNames().forEachRemaining(names::add);
            throw new QuietStarException(place + "no field '" + name + "'" + use.written + "; there are: "
                    + shown(String.join(", ", names)));
        }
        return found;
    }

    private static List<JsonNode> within(JsonNode node, String step) {
        if (step.equals("*") && node.isArray()) {
            List<JsonNode> all = new ArrayList<>();
            node.forEach(all::add);
            return all;
        }
        boolean index = node.isArray() && step.matches("[0-9]{1,6}");
        return Optional.ofNullable(index ? node.get(Integer.parseInt(step)) : node.get(step)).stream()
                .toList();
    }

    static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > LONGEST_SHOWN ? line.substring(0, LONGEST_SHOWN) + "…" : line;
    }
}
