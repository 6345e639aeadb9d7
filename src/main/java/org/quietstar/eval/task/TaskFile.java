package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.NearestKey;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.YamlNode;
import org.quietstar.config.yaml.YamlTree;
import org.quietstar.text.JsonText;
import org.quietstar.text.PlainText;

/**
 * Reads a task: a small YAML file that names a file of items, one JSON object a line, and the answers to choose from.
 *
 * <pre>
 * items: answers.jsonl        # beside the task file, or an absolute path
 * prompt: prompt              # field of an item that holds the prompt
 * answer: answer              # field that holds the right answer
 * group: steps                # field that groups the items in the table; left out: one group
 * choices: [red, green, blue]
 * separator: " "              # what stands between prompt and answer
 * </pre>
 *
 * <p>Every mistake is a {@link QuietStarException} that names file and line.
 */
final class TaskFile {
    private static final String ITEMS = "items";
    private static final String PROMPT = "prompt";
    private static final String ANSWER = "answer";
    private static final String GROUP = "group";
    private static final String CHOICES = "choices";
    private static final String SEPARATOR = "separator";
    private static final List<String> KEYS = List.of(ITEMS, PROMPT, ANSWER, GROUP, CHOICES, SEPARATOR);

    /** The group of a task that names no field for it. */
    private static final String ONE_GROUP = "all";

    private static final int LONGEST_SHOWN = 100;

    private final Path file;
    private final Map<String, YamlNode.Field> fields = new HashMap<>();

    private TaskFile(Path file) {
        this.file = file;
    }

    static AnswerTask read(Path file) {
        return new TaskFile(file).task(text(file, "a task is a small YAML file"));
    }

    private AnswerTask task(String yaml) {
        YamlNode root = YamlTree.read(yaml, line -> new Origin.FileLine(file.toString(), line));
        if (!(root instanceof YamlNode.Fields keys)) {
            throw new QuietStarException(file + ": holds no 'key: value' lines; a task has the keys "
                    + String.join(", ", KEYS) + ", of which items and choices are needed");
        }
        for (YamlNode.Field field : keys.fields()) {
            if (!KEYS.contains(field.name())) {
                String meant = NearestKey.close(field.name(), KEYS)
                        .map(key -> "did you mean " + key + "? ")
                        .orElse("");
                throw field.origin()
                        .error(field.name(), "unknown key; " + meant + "Keys of a task: " + String.join(", ", KEYS));
            }
            fields.put(field.name(), field);
        }
        List<String> choices = choices();
        Path items = items();
        String group = fields.containsKey(GROUP) ? word(GROUP, "") : "";
        List<AnswerItem> questions = questions(items, choices, group);
        String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return new AnswerTask(name, items, group.isEmpty() ? "group" : group, choices, word(SEPARATOR, " "), questions);
    }

    private Path items() {
        Path items = file.resolveSibling(word(ITEMS, null));
        if (!Files.isRegularFile(items)) {
            throw error(
                    ITEMS, items + ": no such file; give the file of items, beside the task file or by its whole path");
        }
        return items;
    }

    /** The text of a key; {@code otherwise} where it is left out, null where it may not be. */
    private String word(String key, String otherwise) {
        YamlNode.Field field = fields.get(key);
        if (field == null) {
            if (otherwise == null) {
                throw new QuietStarException(
                        file + ": the key '" + key + "' is missing; a task needs items and choices");
            }
            return otherwise;
        }
        if (!(field.value() instanceof YamlNode.Scalar scalar) || scalar.isNull()) {
            throw error(key, field.value().shown() + " stands where one word is wanted");
        }
        if (scalar.text().isEmpty() && !key.equals(SEPARATOR)) {
            throw error(key, "is empty; write a word or leave the key out");
        }
        return scalar.text();
    }

    private QuietStarException error(String key, String problem) {
        return fields.get(key).origin().error(key, problem);
    }

    private List<String> choices() {
        YamlNode.Field field = fields.get(CHOICES);
        if (field == null) {
            throw new QuietStarException(
                    file + ": the key '" + CHOICES + "' is missing; it lists the answers to choose from");
        }
        if (!(field.value() instanceof YamlNode.Items list) || list.items().size() < 2) {
            throw error(CHOICES, "wants a list of two or more answers, such as [red, green, blue]");
        }
        Map<String, Origin> seen = new LinkedHashMap<>();
        for (YamlNode item : list.items()) {
            if (!(item instanceof YamlNode.Scalar scalar)) {
                throw item.origin().error(CHOICES, item.shown() + " stands where an answer is wanted");
            }
            if (scalar.isNull() || scalar.text().isBlank()) {
                throw item.origin().error(CHOICES, "an empty choice; delete it, or write the answer");
            }
            Origin earlier = seen.putIfAbsent(scalar.text(), item.origin());
            if (earlier != null) {
                throw item.origin()
                        .error(
                                CHOICES,
                                scalar.shown() + " is listed twice (first on " + earlier.brief() + "); keep one");
            }
        }
        return List.copyOf(seen.keySet());
    }

    private List<AnswerItem> questions(Path items, List<String> choices, String group) {
        String[] lines = text(items, "items are JSON objects, one a line").split("\n", -1);
        List<AnswerItem> questions = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                questions.add(question(items, i + 1, lines[i], choices, group));
            }
        }
        if (questions.isEmpty()) {
            throw new QuietStarException(items + ": holds no item; write one JSON object a line");
        }
        return questions;
    }

    private AnswerItem question(Path items, int line, String json, List<String> choices, String group) {
        String place = items + ":" + line + ": ";
        JsonNode node;
        try {
            node = JsonText.parseUnique(json);
        } catch (JsonText.Fault fault) {
            throw new QuietStarException(place + "not a JSON object: " + fault.reason(), fault);
        }
        if (!(node instanceof ObjectNode item)) {
            throw new QuietStarException(place + "not a JSON object; an item is one, on one line");
        }
        String prompt = field(item, place, PROMPT);
        String answer = field(item, place, ANSWER);
        int index = choices.indexOf(answer);
        if (index < 0) {
            throw new QuietStarException(place + "the answer '" + shown(answer) + "' is not among the choices of "
                    + file + ": " + shown(String.join(", ", choices)));
        }
        return new AnswerItem(line, prompt, index, group.isEmpty() ? ONE_GROUP : field(item, place, GROUP));
    }

    /** The text of the field that the task's {@code key} names. */
    private String field(ObjectNode item, String place, String key) {
        String name = word(key, key);
        JsonNode value = item.get(name);
        if (value == null) {
            List<String> names = new ArrayList<>();
            item.fieldNames().forEachRemaining(names::add);
            String written = fields.containsKey(key)
                    ? ", which " + fields.get(key).origin().place() + " names as " + key
                    : " for the " + key;
            throw new QuietStarException(
                    place + "no field '" + name + "'" + written + "; there are: " + shown(String.join(", ", names)));
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw new QuietStarException(
                    place + "field '" + name + "' is " + shown(value.toString()) + "; text is wanted");
        }
        String text = value.asText();
        if (text.isBlank()) {
            throw new QuietStarException(place + "field '" + name + "' is empty; write the " + key);
        }
        return text;
    }

    private static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > LONGEST_SHOWN ? line.substring(0, LONGEST_SHOWN) + "…" : line;
    }

    private static String text(Path file, String what) {
        if (!Files.exists(file)) {
            throw new QuietStarException(file + ": no such file; " + what);
        }
        if (!Files.isRegularFile(file)) {
            throw new QuietStarException(file + ": is no file; " + what);
        }
        return PlainText.read(file);
    }
}
