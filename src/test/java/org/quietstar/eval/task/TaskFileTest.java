package org.quietstar.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig;

class TaskFileTest {
    private static final String GOOD = """
            # Colours of fruit.
            items: fruit.jsonl
            prompt: question
            answer: colour
            group: kind
            choices: [red, "light green", blue]
            """;

    @TempDir
    private Path folder;

    private Path file;
    private Path items;

    @BeforeEach
    void items() throws IOException {
        file = folder.resolve("colours.yaml");
        items = Files.writeString(folder.resolve("fruit.jsonl"), """
                {"question": "a cherry is", "colour": "red", "kind": "small"}

                {"colour": "light green", "kind": 2, "question": "a pear is", "more": [1]}
                """);
    }

    private AnswerTask read(String yaml) throws IOException {
        return AnswerTask.read(Files.writeString(file, yaml));
    }

    private void assertError(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(message.replace("FILE", file.toString()).replace("ITEMS", items.toString()));
    }

    private void assertItemError(String json, String message) throws IOException {
        Files.writeString(items, "{\"question\": \"q\", \"colour\": \"red\", \"kind\": \"small\"}\n" + json + "\n");
        assertError(GOOD, message);
    }

    @Test
    void aTaskIsRead() throws IOException {
        AnswerTask task = read(GOOD);
        assertThat(task.name()).isEqualTo("colours");
        assertThat(task.items()).isEqualTo(items);
        assertThat(task.groupName()).isEqualTo("kind");
        assertThat(task.answers()).isEqualTo(AnswerTask.Answers.CHOICES);
        assertThat(task.end()).isEmpty();
        assertThat(task.separator()).isEqualTo(" ");
        assertThat(task.chance()).isCloseTo(1.0 / 3, within(1e-12));
        List<String> colours = List.of("red", "light green", "blue");
        assertThat(task.questions())
                .containsExactly(
                        new AnswerItem(1, "a cherry is", colours, 0, "small"),
                        new AnswerItem(3, "a pear is", colours, 1, "2"));
    }

    @Test
    void aRecipesTasksAreAnsweredAsItSays() {
        EvaluationConfig evaluation = EvaluationConfig.defaults()
                .withTasks(List.of("datasets/tiny/answers.yaml", "datasets/tiny/longer.yaml"));
        assertThat(AnswerTask.all(evaluation)).extracting(AnswerTask::name).containsExactly("answers", "longer");
        assertThat(AnswerTask.all(evaluation.withTaskVotes(1)))
                .extracting(AnswerTask::name)
                .containsExactly("answers-cot", "longer-cot");
        AnswerTask several = AnswerTask.all(evaluation.withTaskVotes(8).withTaskTemperature(0.5))
                .get(0);
        assertThat(several.name()).isEqualTo("answers-cot-maj8");
        assertThat(several.writing().votes()).hasValue(new Writing.Votes(8, 0.5));
    }

    @Test
    void aWorkedQuestionIsTheTextThatAModelReads() {
        AnswerTask task = AnswerTask.read(Path.of("datasets/tiny/questions.yaml"));
        AnswerItem item = task.questions().get(0).withPrompt("hall red where");
        assertThat(task.worked(item, new AnswerScore.Vote(" attic ", " attic", Optional.of("attic"))))
                .isEqualTo("hall red where --- attic --- attic .");
    }

    @Test
    void fieldsHaveTheNamesOfTheKeysWhereNothingIsSaid() throws IOException {
        Files.writeString(items, "{\"prompt\": \"p\", \"answer\": 7}\n");
        AnswerTask task = read("items: fruit.jsonl\nchoices: [6, 7]\nseparator: \"\"\n");
        assertThat(task.questions()).containsExactly(new AnswerItem(1, "p", List.of("6", "7"), 1, "all"));
        assertThat(task.separator()).isEmpty();
        assertThat(task.groupName()).isEqualTo("group");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "items: fruit.jsonl | FILE: the key 'choices' is missing; it lists the answers to choose from",
                "choices: [a, b] | FILE: the key 'items' is missing; every task needs it",
                "choices: [a] | FILE:1: choices: wants a list of two or more answers, such as [red, green, blue], or the field of an item that holds its own, such as options.*",
                "choices: red | FILE:1: choices: wants a list of two or more answers, such as [red, green, blue], or the field of an item that holds its own, such as options.*",
                "choices: [a, \"\"] | FILE:1: choices: an empty choice; delete it, or write the answer",
                "choices: [a, \" \"] | FILE:1: choices: an empty choice; delete it, or write the answer",
                "choices: [a, ] | FILE:1: choices: wants a list of two or more answers, such as [red, green, blue], or the field of an item that holds its own, such as options.*",
                "choices: [a, null] | FILE:1: choices: an empty choice; delete it, or write the answer",
                "choices: [a, [b]] | FILE:1: choices: a list stands where an answer is wanted",
                "choices: [a, b, a] | FILE:1: choices: 'a' is listed twice (first on line 1); keep one",
                "choises: [a, b] | FILE:1: choises: unknown key; did you mean choices? Keys of a task: items, prompt, answer, answerPattern, answers, choices, group, separator, end, answerTokens, extract, cot, cotEnd, cotTokens, cotAnswer",
                "[a] | FILE: holds no 'key: value' lines; a task has the keys items, prompt, answer, answerPattern, answers, choices, group, separator, end, answerTokens, extract, cot, cotEnd, cotTokens, cotAnswer, of which items is always needed",
            })
    void aWrongTaskIsRefusedWithFileAndLine(String yaml, String message) {
        assertError(yaml, message);
    }

    @Test
    void wrongKeysAreRefusedWithTheirLine() {
        assertError(
                GOOD.replace("fruit.jsonl", "fruits.jsonl"),
                "FILE:2: items: " + folder.resolve("fruits.jsonl")
                        + ": no such file; give the file of items, beside the task file or by its whole path");
        assertError(
                GOOD.replace("group: kind", "group: [kind]"), "FILE:5: group: a list stands where one word is wanted");
        assertError(
                GOOD.replace("answer: colour", "answer: \"\""),
                "FILE:4: answer: is empty; write a word or leave the key out");
    }

    @Test
    void aMissingFieldIsRefusedWithTheLinesOfBothFiles() throws IOException {
        assertItemError(
                "{\"question\": \"q\", \"color\": \"red\", \"kind\": \"small\"}",
                "ITEMS:2: no field 'colour', which FILE:4 names as answer; there are: question, color, kind");
        assertError(
                GOOD.replace("group: kind", "group: kinds"),
                "ITEMS:1: no field 'kinds', which FILE:5 names as group; there are: question, colour, kind");
        assertError(
                GOOD.replace("prompt: question\n", ""),
                "ITEMS:1: no field 'prompt' for the prompt; there are: question, colour, kind");
    }

    @Test
    void wrongItemsAreRefusedWithTheirLine() throws IOException {
        assertItemError(
                "{\"question\": \"q\", \"colour\": \"green\", \"kind\": \"small\"}",
                "ITEMS:2: the answer 'green' is not among the choices of FILE: red, light green, blue");
        assertItemError(
                "{\"question\": \" \", \"colour\": \"red\", \"kind\": \"small\"}",
                "ITEMS:2: field 'question' is empty; write the prompt");
        assertItemError(
                "{\"question\": null, \"colour\": \"red\", \"kind\": \"small\"}",
                "ITEMS:2: field 'question' is null; text is wanted");
        assertItemError("[1]", "ITEMS:2: not a JSON object; an item is one, on one line");
        Files.writeString(items, "\n \n");
        assertError(GOOD, "ITEMS: holds no item; write one JSON object a line");
    }

    @Test
    void brokenJsonIsRefusedWithItsLine() throws IOException {
        Files.writeString(items, "{\"question\": \"q\"\n");
        assertThatThrownBy(() -> read(GOOD))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(items + ":1: not a JSON object: ");
        Files.writeString(items, "{\"question\": \"q\", \"question\": \"r\"}\n");
        assertThatThrownBy(() -> read(GOOD))
                .hasMessageStartingWith(items + ":1: not a JSON object: is no valid JSON: a key stands twice");
        Files.writeString(items, "{} {}\n");
        assertThatThrownBy(() -> read(GOOD)).hasMessageStartingWith(items + ":1: not a JSON object: ");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws IOException {
        assertThatThrownBy(() -> AnswerTask.read(folder.resolve("none.yaml")))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        folder.resolve("none.yaml")
                                + ": no such file; a task is a small YAML file, or one of commonsenseqa, gsm8k, multiple-choice, short-answer");
        assertThatThrownBy(() -> AnswerTask.read(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(folder + ": is no file; a task is a small YAML file");
        Files.write(items, "{\"question\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertError(GOOD, "ITEMS:1: is not UTF-8 text; convert it to UTF-8, for instance with iconv");
        assertError(
                "items: a\nchoices: [*b]\n",
                "FILE:2: choices[1]: '&' and '*' at the start of a value (YAML anchors"
                        + " and aliases) are not supported; write the value out, and put text that begins with such a sign in quotes");
    }

    @Test
    void fieldsWithinFieldsAndTemplates() throws IOException {
        Files.writeString(items, """
                {"question": {"stem": "Where?", "choices": [{"label": "A", "text": "here"}, {"label": "B", "text": "there"}]}, "key": "B"}
                """);
        AnswerTask task = read("""
                items: fruit.jsonl
                prompt: "Q: {question.stem}\\n(A) {question.choices.0.text}\\n(B) {question.choices.1.text}\\nA:"
                answer: key
                answers: letters
                choices: [A, B]
                end: "\\n"
                """);
        assertThat(task.answers()).isEqualTo(AnswerTask.Answers.LETTERS);
        assertThat(task.end()).isEqualTo("\n");
        assertThat(task.questions())
                .containsExactly(new AnswerItem(1, "Q: Where?\n(A) here\n(B) there\nA:", List.of("A", "B"), 1, "all"));
        AnswerTask own = read("""
                items: fruit.jsonl
                prompt: question.stem
                answer: question.choices.1.text
                choices: question.choices.*.text
                """);
        assertThat(own.questions()).containsExactly(new AnswerItem(1, "Where?", List.of("here", "there"), 1, "all"));
        assertError(
                "items: fruit.jsonl\nprompt: \"{question.stems}\"\nanswer: key\nchoices: [A, B]\n",
                "ITEMS:1: no field 'question.stems', which FILE:2 names as prompt; there are: question, key");
        assertError(
                "items: fruit.jsonl\nprompt: question.stem\nanswer: key\nchoices: question.choices.*.text\n",
                "ITEMS:1: the answer 'B' is not among the choices: here, there");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "so 5 + 3 = 8 #### 1,234 | 1234",
                "#### -5 | -5",
                "#### $3.50 | 3.5",
                "#### 1/2 | 0.5",
                "#### 12 apples | 12",
                "#### 007 | 7",
                "#### 2.00 | 2",
                "#### .25 | 0.25",
                "#### 1/3 | 1/3",
            })
    void numbersAreWrittenWithDigitsAlone(String answer, String wanted) throws IOException {
        Files.writeString(items, "{\"prompt\": \"p\", \"answer\": \"" + answer + "\"}\n");
        AnswerTask task = read("items: fruit.jsonl\nanswers: digits\nanswerPattern: \"#### *(.+)\"\n");
        assertThat(task.questions()).containsExactly(new AnswerItem(1, "p", List.of(wanted), 0, "all"));
        assertThat(task.chance()).isZero();
    }

    @Test
    void answersThatAreNoNumbersAreRefused() throws IOException {
        Files.writeString(items, "{\"prompt\": \"p\", \"answer\": \"#### none\"}\n");
        assertError(
                "items: fruit.jsonl\nanswers: digits\n",
                "ITEMS:1: the answer '#### none' holds no number, which FILE wants");
        assertError(
                "items: fruit.jsonl\nanswers: digits\nanswerPattern: \"=(.+)\"\n",
                "ITEMS:1: the answer '#### none' does not match the answerPattern =(.+) of FILE");
        assertError(
                "items: fruit.jsonl\nanswers: digits\nanswerPattern: \"=.\"\n",
                "FILE:3: answerPattern: has no group; put what is the answer in parentheses");
        assertError(
                "items: fruit.jsonl\nanswers: digit\n",
                "FILE:2: answers: 'digit' is none of choices, letters, digits, text");
        assertError(
                "items: fruit.jsonl\nanswers: digits\nchoices: [a, b]\n",
                "FILE:3: choices: a task whose answers are digits has no choices; delete the line");
    }

    @Test
    void aTaskSaysHowAnswersAreWritten() throws IOException {
        Files.writeString(items, "{\"prompt\": \"p\", \"answer\": \"x = $1,234 #\"}\n");
        AnswerTask task = read("""
                items: fruit.jsonl
                answers: text
                answerPattern: "= *([^#]+)"
                answerTokens: 7
                extract: "is (.+)"
                cot: "Step by step:"
                cotEnd: "---"
                cotTokens: 20
                cotAnswer: "So"
                """);
        assertThat(task.questions()).containsExactly(new AnswerItem(1, "p", List.of("$1,234"), 0, "all"));
        assertThat(task.isWritten()).isTrue();
        assertThat(task.chance()).isZero();
        assertThat(task.writing().answerTokens()).isEqualTo(7);
        assertThat(task.writing().extract().orElseThrow()).hasToString("is (.+)");
        assertThat(task.writing().reasoning()).contains(new Writing.Reasoning("Step by step:", "---", 20, "So"));
        assertThat(task.writing().votes()).isEmpty();
        AnswerTask bare = read("items: fruit.jsonl\nanswers: text\n");
        assertThat(bare.writing()).isEqualTo(Writing.DEFAULT);
        assertThatThrownBy(() -> bare.byChainOfThought(Writing.Votes.of(1)))
                .isInstanceOf(QuietStarException.class)
                .hasMessage(
                        "task colours names no texts for a chain of thought; write, for instance, cot: \"Let's think"
                                + " step by step.\" and cotAnswer: \"\\nTherefore, the answer is\" into its file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "answers: text/choices: [a, b] | FILE:3: choices: a task whose answers are text has no choices; delete the line",
                "answers: text/answerTokens: 0 | FILE:3: answerTokens: is 0; it must be a whole number of tokens from 1 to 1000000",
                "answers: text/answerTokens: many | FILE:3: answerTokens: is many; it must be a whole number of tokens from 1 to 1000000",
                "answers: text/extract: \"is .+\" | FILE:3: extract: has no group; put what is the answer in parentheses",
                "answers: text/cot: \"\" | FILE:3: cot: wants the key cotAnswer beside it: what leads from the reasoning to the answer",
                "answers: text/cotEnd: x | FILE:3: cotEnd: is of a chain of thought, but there is no key cot; add it, or delete the line",
                "answers: digits/answerTokens: 5 | FILE:3: answerTokens: is of answers that are written; add answers: text or cot, or delete the line",
                "answers: text/cot: x/cotAnswer: y/cotTokens: -1 | FILE:5: cotTokens: is -1; it must be a whole number of tokens from 1 to 1000000",
            })
    void keysOfWritingAreRefusedWithTheirLine(String yaml, String message) throws IOException {
        Files.writeString(items, "{\"prompt\": \"p\", \"answer\": \"4\"}\n");
        assertError("items: fruit.jsonl\n" + yaml.replace('/', '\n'), message);
    }

    static Stream<String> builtIn() {
        return Stream.of("gsm8k", "commonsenseqa", "multiple-choice", "short-answer");
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void tasksThatComeWithTheProgramWantTheirItems(String name) throws IOException {
        Path none = folder.resolve("none.jsonl");
        assertThatThrownBy(() -> AnswerTask.read(Path.of(name), none))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith("task " + name + ": items: " + none
                        + ": no such file; name the file of the items with --items FILE: ");
        Files.writeString(items, """
                {"question": {"stem": "Where?", "choices": [{"text": "a"}, {"text": "b"}, {"text": "c"}, {"text": "d"}, {"text": "e"}]}, "answerKey": "B"}
                """);
        if (name.equals("gsm8k")) {
            Files.writeString(items, "{\"question\": \"How many?\", \"answer\": \"2+2=4\\n#### 4\"}\n");
        } else if (name.equals("multiple-choice")) {
            Files.writeString(items, "{\"question\": \"Which?\", \"choices\": [\"a\", \"b\"], \"answer\": \"b\"}\n");
        }
        if (name.equals("short-answer")) {
            Files.writeString(items, "{\"question\": \"Which?\", \"answer\": \"b\"}\n");
        }
        AnswerTask task = AnswerTask.read(Path.of(name), items);
        assertThat(task.name()).isEqualTo(name);
        assertThat(task.isWritten()).isEqualTo(name.equals("short-answer"));
        AnswerTask voted = task.byChainOfThought(Writing.Votes.of(8));
        assertThat(voted.name()).isEqualTo(name + "-cot-maj8");
        assertThat(voted.isWritten()).isTrue();
        assertThat(voted.writing().reasoning().orElseThrow())
                .extracting(Writing.Reasoning::beginning, Writing.Reasoning::end, Writing.Reasoning::tokens)
                .containsExactly("Let's think step by step.", "\nQ:", 256);
        AnswerItem item = task.questions().get(0);
        switch (name) {
            case "gsm8k" ->
                assertThat(item.prompt() + task.separator() + item.right() + task.end())
                        .isEqualTo("Q: How many?\nA: 4\n");
            case "commonsenseqa" ->
                assertThat(item.prompt() + task.separator() + item.right() + task.end())
                        .isEqualTo("Q: Where?\n(A) a\n(B) b\n(C) c\n(D) d\n(E) e\nA: B\n");
            default ->
                assertThat(item.prompt() + task.separator() + item.right()).isEqualTo("Q: Which?\nA: b");
        }
    }

    @Test
    void itemsMayBeCompressed() throws IOException {
        Path packed = folder.resolve("fruit.jsonl.gz");
        try (var stream = new GZIPOutputStream(Files.newOutputStream(packed))) {
            stream.write(Files.readAllBytes(items));
        }
        assertThat(read(GOOD.replace("fruit.jsonl", "fruit.jsonl.gz")).questions())
                .isEqualTo(read(GOOD).questions());
        Files.write(packed, new byte[] {0x1F, (byte) 0x8B, 8, 0, 0});
        assertThatThrownBy(() -> read(GOOD.replace("fruit.jsonl", "fruit.jsonl.gz")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith(packed + ": cannot be read, or its compressed data is damaged");
    }
}
