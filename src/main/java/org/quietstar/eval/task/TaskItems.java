package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;
import org.quietstar.data.TextFile;
import org.quietstar.text.JsonText;

/** Reads the items of a task. */
final class TaskItems {
    /** The group of a task that names no field for it. */
    private static final String ONE_GROUP = "all";

    /**
     * Where something of an item comes from.
     *
     * @param text a field's name, or a template
     * @param use what it is wanted for
     */
    record Source(String text, ItemFields.Use use) {}

    /** What the answers are chosen from. */
    sealed interface Choices {}

    /** The same for all items. */
    record OfTask(List<String> all) implements Choices {}

    /** A list of the item. */
    record OfItem(Source field) implements Choices {}

    /** Nothing: the answer is a number. */
    record OneNumber() implements Choices {}

    /** Nothing: the answer is a text. */
    record OneText() implements Choices {}

    private final Path task;
    private final Path file;
    private final Source prompt;
    private final Source answer;
    private final Optional<Pattern> pattern;
    private final Choices choices;
    private final Optional<Source> group;

    TaskItems(
            Path task,
            Path file,
            Source prompt,
            Source answer,
            Optional<Pattern> pattern,
            Choices choices,
            Optional<Source> group) {
        this.task = task;
        this.file = file;
        this.prompt = prompt;
        this.answer = answer;
        this.pattern = pattern;
        this.choices = choices;
        this.group = group;
    }

    /** All items; QuietStarException that names the file and the line of one that is wrong. */
    List<AnswerItem> questions() {
        String[] lines = TextFile.text(file).split("\n", -1);
        List<AnswerItem> questions = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                questions.add(question(i + 1, lines[i]));
            }
        }
        if (questions.isEmpty()) {
            throw new QuietStarException(file + ": holds no item; write one JSON object a line");
        }
        return questions;
    }

    private AnswerItem question(int line, String json) {
        String place = file + ":" + line + ": ";
        JsonNode node;
        try {
            node = JsonText.parseUnique(json);
        } catch (JsonText.Fault fault) {
            throw new QuietStarException(place + "not a JSON object: " + fault.reason(), fault);
        }
        if (!(node instanceof ObjectNode item)) {
            throw new QuietStarException(place + "not a JSON object; an item is one, on one line");
        }
        var fields = new ItemFields(item, place);
        String question = fields.filled(prompt.text, prompt.use);
        String right = answer(place, fields.filled(answer.text, answer.use));
        List<String> all = choices(place, fields, right);
        int index = all.indexOf(right);
        if (index < 0) {
            String from = choices instanceof OfTask ? " of " + task : "";
            throw new QuietStarException(place + "the answer '" + ItemFields.shown(right) + "' is not among the choices"
                    + from + ": " + ItemFields.shown(String.join(", ", all)));
        }
        String of = group.map(source -> fields.filled(source.text, source.use)).orElse(ONE_GROUP);
        return new AnswerItem(line, question, all, index, of);
    }

    private String answer(String place, String text) {
        String found = text;
        if (pattern.isPresent()) {
            Matcher matcher = pattern.get().matcher(text);
            if (!matcher.find()) {
                throw new QuietStarException(place + "the answer '" + ItemFields.shown(text)
                        + "' does not match the answerPattern " + pattern.get() + " of " + task);
            }
            found = matcher.group(1).strip();
        }
        if (!(choices instanceof OneNumber)) {
            return found;
        }
        String written = found;
        return NumberText.first(found)
                .map(NumberText::plain)
                .orElseThrow(() -> new QuietStarException(place + "the answer '" + ItemFields.shown(written)
                        + "' holds no number, which " + task + " wants"));
    }

    private List<String> choices(String place, ItemFields fields, String right) {
        if (choices instanceof OfTask same) {
            return same.all;
        }
        if (choices instanceof OfItem own) {
            List<String> all = fields.texts(own.field.text, own.field.use);
            if (all.size() < 2 || new HashSet<>(all).size() < all.size()) {
                throw new QuietStarException(place + "field '" + own.field.text
                        + "' wants two or more choices, all different; there are: "
                        + ItemFields.shown(String.join(", ", all)));
            }
            return all;
        }
        return List.of(right);
    }
}
