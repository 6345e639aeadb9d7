package org.quietstar.eval.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.YamlNode;
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
 * answers: choices            # choices | letters | digits | text
 * choices: [red, green, blue] # or the field of an item that holds its own: question.choices.*.text
 * group: steps                # field that groups the items in the table; left out: one group
 * separator: " "              # what stands between prompt and answer
 * end: "\n"                   # what stands behind an answer, and is scored with it; left out: nothing
 * </pre>
 *
 * <p>Answers of the kind {@code text}, and those of every kind by chain of thought, are written by the model. They end before
 * {@code end}, at a line's end or at the end of the text:
 *
 * <pre>
 * answerTokens: 32            # tokens that an answer takes at most
 * extract: "is (.+)"          # what of the written text is the answer: the first group; left out: see AnswerExtractor
 * cot: "Let's think step by step."             # what a reasoning begins with, behind prompt and separator
 * cotEnd: "\nQ:"              # what ends a reasoning; left out: the end of the text
 * cotTokens: 256              # tokens that a reasoning takes at most
 * cotAnswer: "\nTherefore, the answer is"     # what leads from a reasoning to the answer
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
    private static final String ANSWER_TOKENS = "answerTokens";
    private static final String EXTRACT = "extract";
    private static final String COT = "cot";
    private static final String COT_END = "cotEnd";
    private static final String COT_TOKENS = "cotTokens";
    private static final String COT_ANSWER = "cotAnswer";
    private static final List<String> KEYS = List.of(
            ITEMS,
            PROMPT,
            ANSWER,
            PATTERN,
            ANSWERS,
            CHOICES,
            GROUP,
            SEPARATOR,
            END,
            ANSWER_TOKENS,
            EXTRACT,
            COT,
            COT_END,
            COT_TOKENS,
            COT_ANSWER);

    /** Tasks that come with the program, and where their items are. */
    private static final Map<String, String> BUILT_IN = new TreeMap<>(Map.of(
            "commonsenseqa", "dev_rand_split.jsonl of CommonsenseQA",
            "gsm8k", "test.jsonl of GSM8K, on GitHub in openai/grade-school-math",
            "multiple-choice", "one JSON object a line, with question, choices and answer",
            "short-answer", "one JSON object a line, with question and answer"));

    private final Path file;
    private final boolean builtIn;
    private final TaskKeys keys;

    private TaskFile(Path file, boolean builtIn, String yaml) {
        this.file = file;
        this.builtIn = builtIn;
        this.keys = new TaskKeys(file, yaml, KEYS, Set.of(SEPARATOR, END));
    }

    static AnswerTask read(Path file, Optional<Path> items) {
        String name = file.toString();
        boolean builtIn = !Files.exists(file) && BUILT_IN.containsKey(name);
        return new TaskFile(file, builtIn, builtIn ? resource(name) : text(file)).task(items);
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
    private AnswerTask task(Optional<Path> given) {
        AnswerTask.Answers answers = answers();
        TaskItems.Choices choices = choices(answers);
        Path items = items(given);
        String group = keys.word(GROUP, "");
        var reader = new TaskItems(
                file,
                items,
                new TaskItems.Source(keys.word(PROMPT, PROMPT), keys.use(PROMPT)),
                new TaskItems.Source(keys.word(ANSWER, ANSWER), keys.use(ANSWER)),
                keys.pattern(PATTERN),
                choices,
                group.isEmpty() ? Optional.empty() : Optional.of(new TaskItems.Source(group, keys.use(GROUP))));
        String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return new AnswerTask(
                name,
                items,
                group.isEmpty() ? "group" : group,
                answers,
                keys.word(SEPARATOR, " "),
                keys.word(END, ""),
                writing(answers),
                reader.questions());
    }

    private AnswerTask.Answers answers() {
        String word = keys.word(ANSWERS, AnswerTask.Answers.CHOICES.word());
        for (AnswerTask.Answers each : AnswerTask.Answers.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw keys.error(ANSWERS, "'" + word + "' is none of choices, letters, digits, text");
    }

    private Writing writing(AnswerTask.Answers answers) {
        boolean written = answers == AnswerTask.Answers.TEXT || keys.has(COT);
        for (String key : List.of(ANSWER_TOKENS, EXTRACT)) {
            if (keys.has(key) && !written) {
                throw keys.error(key, "is of answers that are written; add answers: text or cot, or delete the line");
            }
        }
        for (String key : List.of(COT_END, COT_TOKENS, COT_ANSWER)) {
            if (keys.has(key) && !keys.has(COT)) {
                throw keys.error(key, "is of a chain of thought, but there is no key cot; add it, or delete the line");
            }
        }
        if (keys.has(COT) && !keys.has(COT_ANSWER)) {
            throw keys.error(COT, "wants the key cotAnswer beside it: what leads from the reasoning to the answer");
        }
        Optional<Writing.Reasoning> reasoning = keys.has(COT)
                ? Optional.of(new Writing.Reasoning(
                        keys.word(COT, ""),
                        keys.word(COT_END, ""),
                        keys.tokens(COT_TOKENS, Writing.DEFAULT_REASONING_TOKENS),
                        keys.word(COT_ANSWER, "")))
                : Optional.empty();
        return new Writing(
                keys.tokens(ANSWER_TOKENS, Writing.DEFAULT_ANSWER_TOKENS),
                keys.pattern(EXTRACT),
                reasoning,
                Optional.empty());
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
        throw keys.error(ITEMS, wanted + "give the file of items, beside the task file or by its whole path");
    }

    /** Beside the task's file; those of a task that comes with the program are named as from the folder it runs in. */
    private Path ownItems() {
        String own = keys.word(ITEMS, null);
        return builtIn ? Path.of(own) : file.resolveSibling(own);
    }

    private TaskItems.Choices choices(AnswerTask.Answers answers) {
        boolean number = answers == AnswerTask.Answers.DIGITS;
        if (number || answers == AnswerTask.Answers.TEXT) {
            if (keys.has(CHOICES)) {
                throw keys.error(
                        CHOICES, "a task whose answers are " + answers.word() + " has no choices; delete the line");
            }
            return number ? new TaskItems.OneNumber() : new TaskItems.OneText();
        }
        YamlNode value = keys.value(CHOICES)
                .orElseThrow(() -> new QuietStarException(
                        file + ": the key '" + CHOICES + "' is missing; it lists the answers to choose from"));
        if (value instanceof YamlNode.Scalar scalar && scalar.text().matches("[^\\s,]*[.*][^\\s,]*")) {
            return new TaskItems.OfItem(new TaskItems.Source(scalar.text(), keys.use(CHOICES)));
        }
        return new TaskItems.OfTask(listed(value));
    }

    private List<String> listed(YamlNode value) {
        if (!(value instanceof YamlNode.Items list) || list.items().size() < 2) {
            throw keys.error(
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
