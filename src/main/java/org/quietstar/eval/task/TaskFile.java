package org.quietstar.eval.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.NearestKey;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.YamlNode;
import org.quietstar.config.yaml.YamlTree;
import org.quietstar.text.PlainText;

/**
 * Reads a task: a small YAML file that names a file of items, one JSON object a line, and says what an answer is.
 *
 * <pre>
 * items: answers.jsonl        # beside the task file, or an absolute path; .gz and .zst too
 * prompt: prompt              # field of an item that holds the prompt, or a template with fields in braces:
 *                             #   "Q: {question.stem}\nA:"
 * answer: answer              # field that holds the right answer
 * answerPattern: "#### (.+)"  # what of that field is the answer: the first group
 * answers: choices            # choices | letters | digits
 * choices: [red, green, blue] # or the field of an item that holds its own: question.choices.*.text
 * group: steps                # field that groups the items in the table; left out: one group
 * separator: " "              # what stands between prompt and answer
 * end: "\n"                   # what stands behind an answer, and is scored with it; left out: nothing
 * </pre>
 *
 * <p>Every mistake is a {@link QuietStarException} that names file and line.
 */
final class TaskFile {
    private static final String ITEMS = "items";
    private static final String PROMPT = "prompt";
    private static final String ANSWER = "answer";
    private static final String PATTERN = "answerPattern";
    private static final String ANSWERS = "answers";
    private static final String GROUP = "group";
    private static final String CHOICES = "choices";
    private static final String SEPARATOR = "separator";
    private static final String END = "end";
    private static final List<String> KEYS =
            List.of(ITEMS, PROMPT, ANSWER, PATTERN, ANSWERS, CHOICES, GROUP, SEPARATOR, END);

    /** Tasks that come with the program, and where their items are. */
    private static final Map<String, String> BUILT_IN = new TreeMap<>(Map.of(
            "commonsenseqa", "dev_rand_split.jsonl of CommonsenseQA",
            "gsm8k", "test.jsonl of GSM8K, on GitHub in openai/grade-school-math",
            "multiple-choice", "one JSON object a line, with question, choices and answer"));

    private final Path file;
    private final boolean builtIn;
    private final Map<String, YamlNode.Field> fields = new HashMap<>();

    private TaskFile(Path file, boolean builtIn) {
        this.file = file;
        this.builtIn = builtIn;
    }

    static AnswerTask read(Path file, Optional<Path> items) {
        String name = file.toString();
        boolean builtIn = !Files.exists(file) && BUILT_IN.containsKey(name);
        return new TaskFile(file, builtIn).task(builtIn ? resource(name) : text(file), items);
    }

    private static String resource(String name) {
        try (InputStream stream = TaskFile.class.getResourceAsStream(name + ".yaml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is in the jar
        }
    }

    private static String text(Path file) {
        if (!Files.exists(file)) {
            throw new QuietStarException(file + ": no such file; a task is a small YAML file, or one of "
                    + String.join(", ", BUILT_IN.keySet()));
        }
        if (!Files.isRegularFile(file)) {
            throw new QuietStarException(file + ": is no file; a task is a small YAML file");
        }
        return PlainText.read(file);
    }

    /** @param given the file of items in place of the task's own */
    private AnswerTask task(String yaml, Optional<Path> given) {
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
        AnswerTask.Answers answers = answers();
        TaskItems.Choices choices = choices(answers);
        Path items = items(given);
        String group = word(GROUP, "");
        var reader = new TaskItems(
                file,
                items,
                new TaskItems.Source(word(PROMPT, PROMPT), use(PROMPT)),
                new TaskItems.Source(word(ANSWER, ANSWER), use(ANSWER)),
                pattern(),
                choices,
                group.isEmpty() ? Optional.empty() : Optional.of(new TaskItems.Source(group, use(GROUP))));
        String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return new AnswerTask(
                name,
                items,
                group.isEmpty() ? "group" : group,
                answers,
                word(SEPARATOR, " "),
                word(END, ""),
                reader.questions());
    }

    private AnswerTask.Answers answers() {
        String word = word(ANSWERS, AnswerTask.Answers.CHOICES.word());
        for (AnswerTask.Answers each : AnswerTask.Answers.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw error(ANSWERS, "'" + word + "' is none of choices, letters, digits");
    }

    private Optional<Pattern> pattern() {
        if (!fields.containsKey(PATTERN)) {
            return Optional.empty();
        }
        try {
            var pattern = Pattern.compile(word(PATTERN, ""), Pattern.DOTALL);
            if (pattern.matcher("").groupCount() < 1) {
                throw error(PATTERN, "has no group; put what is the answer in parentheses");
            }
            return Optional.of(pattern);
        } catch (PatternSyntaxException e) {
            throw error(PATTERN, "is no regular expression: " + e.getDescription());
        }
    }

    private Path items(Optional<Path> given) {
        Path items = given.orElseGet(this::ownItems);
        if (Files.isRegularFile(items)) {
            return items;
        }
        String wanted = items + ": no such file; ";
        if (builtIn || given.isPresent()) {
            String what = BUILT_IN.getOrDefault(file.toString(), "");
            throw new QuietStarException("task " + file + ": items: " + wanted
                    + "name the file of the items with --items FILE" + (what.isEmpty() ? "" : ": " + what));
        }
        throw error(ITEMS, wanted + "give the file of items, beside the task file or by its whole path");
    }

    /** Beside the task's file; those of a task that comes with the program are named as from the folder it runs in. */
    private Path ownItems() {
        String own = word(ITEMS, null);
        return builtIn ? Path.of(own) : file.resolveSibling(own);
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
        if (scalar.text().isEmpty() && !key.equals(SEPARATOR) && !key.equals(END)) {
            throw error(key, "is empty; write a word or leave the key out");
        }
        return scalar.text();
    }

    private ItemFields.Use use(String key) {
        return new ItemFields.Use(
                key,
                fields.containsKey(key)
                        ? ", which " + fields.get(key).origin().place() + " names as " + key
                        : " for the " + key);
    }

    private QuietStarException error(String key, String problem) {
        return fields.get(key).origin().error(key, problem);
    }

    private TaskItems.Choices choices(AnswerTask.Answers answers) {
        YamlNode.Field field = fields.get(CHOICES);
        if (answers == AnswerTask.Answers.DIGITS) {
            if (field != null) {
                throw error(CHOICES, "a task whose answers are digits has no choices; delete the line");
            }
            return new TaskItems.OneNumber();
        }
        if (field == null) {
            throw new QuietStarException(
                    file + ": the key '" + CHOICES + "' is missing; it lists the answers to choose from");
        }
        if (field.value() instanceof YamlNode.Scalar scalar && scalar.text().matches("[^\\s,]*[.*][^\\s,]*")) {
            return new TaskItems.OfItem(new TaskItems.Source(scalar.text(), use(CHOICES)));
        }
        return new TaskItems.OfTask(listed(field));
    }

    private List<String> listed(YamlNode.Field field) {
        if (!(field.value() instanceof YamlNode.Items list) || list.items().size() < 2) {
            throw error(
                    CHOICES,
                    "wants a list of two or more answers, such as [red, green, blue], or the field of an item that holds"
                            + " its own, such as options.*");
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
}
