package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.config.yaml.KeySpec;

/** Each mistake gives one line with file, line, key, value, what is allowed and the way out. */
class RecipeErrorsTest {

    @Test
    void keysOfAGroup() {
        assertThat(Recipe.error("train:\n  lora:\n    rnk: 4\n"))
                .startsWith("x.yaml:3: train.lora.rnk: unknown key (its value: '4')")
                .contains("did you mean train.lora.rank?");
        assertThat(Recipe.error("train:\n  lora: 4\n"))
                .isEqualTo("x.yaml:2: train.lora: '4' stands where keys are wanted, indented below or {in braces}: "
                        + "rank, alpha, targets");
        assertThat(Recipe.error("train: {lora: {rank: -1}}")).contains("train.lora.rank: '-1' is out of range");
        assertThat(Recipe.error("seed: 1", "train.lora=4")).contains("train.lora is a group of keys; name one of them");
        assertThat(Recipe.error("seed: 1", "train.lora.rnk=4")).contains("did you mean train.lora.rank?");
        assertThat(Recipe.error("train: {lora: {lora: {rank: 1}}}")).contains("unknown key");
        assertThat(Recipe.error("train: {lora.rank: 1}")).contains("unknown key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "abc    | 'abc' is not a whole number; allowed: 0 or more (steps)",
                "true   | 'true' is not a whole number; allowed: 0 or more (steps)",
                "1.5    | '1.5' is not a whole number; allowed: 0 or more (steps)",
                "1e3    | '1e3' is not a whole number; write 1000; allowed: 0 or more (steps)",
                "5.0    | '5.0' is not a whole number; write 5; allowed: 0 or more (steps)",
                "1_000  | '1_000' is not a whole number; write 1000; allowed: 0 or more (steps)",
                "0x10   | '0x10' is not a whole number; allowed: 0 or more (steps)",
                "\"50\" | \"50\" is not a whole number but quoted text; write it without quotes; allowed: 0 or more"
                        + " (steps)",
                "-1     | '-1' is out of range; allowed: 0 or more (steps)",
                ".nan   | '.nan' is not a whole number; allowed: 0 or more (steps)",
                "2147483648 | '2147483648' is too large a number; the largest is 2147483647; allowed: 0 or more"
                        + " (steps)",
                "99999999999999999999 | '99999999999999999999' is too large a number; the largest is 2147483647;"
                        + " allowed: 0 or more (steps)",
                "[5]    | a list stands where a whole number is wanted; allowed: 0 or more (steps)",
                "{a: 5} | a group of keys stands where a whole number is wanted; allowed: 0 or more (steps)",
                "null   | no value (null); delete the line to get the default 100, or write a value; allowed: 0 or"
                        + " more (steps)",
                "~      | no value (null); delete the line to get the default 100, or write a value; allowed: 0 or"
                        + " more (steps)",
                "``     | no value (null); delete the line to get the default 100, or write a value; allowed: 0 or"
                        + " more (steps)",
            })
    void wholeNumbers(String value, String problem) {
        assertThat(Recipe.error("seed: 1\ntrain:\n  mode: quiet-star\n  steps: " + value + "\n"))
                .isEqualTo("x.yaml:4: train.steps: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "beta1: high  | 'high' is not a number; allowed: 0 to 0.999999",
                "beta1: .nan  | '.nan' is not a finite number; allowed: 0 to 0.999999",
                "beta1: NaN   | 'NaN' is not a finite number; allowed: 0 to 0.999999",
                "clipNorm: -.inf | '-.inf' is not a finite number; allowed: 0 or more",
                "clipNorm: Infinity | 'Infinity' is not a finite number; allowed: 0 or more",
                "clipNorm: 1e999 | '1e999' is too large a number; allowed: 0 or more",
                "clipNorm: 1d | '1d' is not a number; allowed: 0 or more",
                "clipNorm: 0x1p3 | '0x1p3' is not a number; allowed: 0 or more",
                "beta1: 1     | '1' is out of range; allowed: 0 to 0.999999",
                "beta1: true  | 'true' is not a number; allowed: 0 to 0.999999",
                "clipNorm: '1' | \"1\" is not a number but quoted text; write it without quotes; allowed: 0 or more",
                "schedule: cosin | 'cosin' is not among the allowed words; did you mean cosine?; allowed: constant,"
                        + " linear or cosine",
                "schedule: zigzagging | 'zigzagging' is not among the allowed words; allowed: constant, linear or"
                        + " cosine",
            })
    void numbersAndWords(String line, String problem) {
        String key = line.substring(0, line.indexOf(':'));
        assertThat(Recipe.error("optimizer:\n  " + line.replace("'1'", "\"1\"") + "\n"))
                .isEqualTo("x.yaml:2: optimizer." + key + ": " + problem);
    }

    @Test
    void truthAndText() {
        assertThat(Recipe.error("loss:\n  clampNegative: yes"))
                .isEqualTo("x.yaml:2: loss.clampNegative: 'yes' is neither true nor false; allowed: true or false");
        assertThat(Recipe.error("loss:\n  clampNegative: \"true\"")).contains("\"true\" is neither true nor false");
        assertThat(Recipe.error("data: {textField: 5}"))
                .isEqualTo("x.yaml:1: data.textField: '5' is not text; put it in quotes if it is meant; allowed: text");
        assertThat(Recipe.error("output:\n  dir: true")).contains("x.yaml:2: output.dir: 'true' is not text");
        assertThat(Recipe.error("output:\n  dir: [a]"))
                .contains("x.yaml:2: output.dir: a list stands where text is wanted");
    }

    @Test
    void lists() {
        assertThat(Recipe.error("data:\n  train:\n    - a.txt\n    - 5\n"))
                .startsWith("x.yaml:4: data.train[2]: '5' is not text");
        assertThat(Recipe.error("data:\n  train: [a, ~]")).startsWith("x.yaml:2: data.train[2]: no value (null)");
        assertThat(Recipe.error("data:\n  train: [a, \"\"]")).startsWith("x.yaml:2: data.train[2]: an empty text");
        assertThat(Recipe.error("data:\n  train: {a: b}")).contains("a group of keys stands where a list of texts");
        assertThat(Recipe.error("thought:\n  bannedIds: [1, -2]"))
                .isEqualTo("x.yaml:2: thought.bannedIds[2]: '-2' is out of range; allowed: 0 or more");
        assertThat(Recipe.error("thought: {bannedIds: [[1]]}")).contains("thought.bannedIds[1]: a list stands where");
    }

    @Test
    void unknownKeysNameTheNearestKnownOne() {
        assertThat(Recipe.error("train:\n  step: 5"))
                .isEqualTo(
                        "x.yaml:2: train.step: unknown key (its value: '5'); did you mean train.steps? Keys of train:"
                                + " mode, steps, gradientAccumulation, gradientNormsEvery, evaluateEvery,"
                                + " tasksEvery, maxSkippedSteps, freeze, lora.rank, lora.alpha, lora.targets, memoryCheck");
        assertThat(Recipe.error("train: {learning_rate: 1}")).contains("here it is optimizer.learningRate");
        assertThat(Recipe.error("optimiser: {}"))
                .startsWith("x.yaml:1: optimiser: unknown key (its value: a group of keys)")
                .contains("did you mean optimizer? Keys of the top level: seed, backend, model, tokenizer");
        assertThat(Recipe.error("sed: 1")).contains("did you mean seed?");
        assertThat(Recipe.error("layers: 1")).contains("did you mean model.layers?");
        assertThat(Recipe.error("train.steps: 5"))
                .isEqualTo(
                        "x.yaml:1: train.steps: unknown key (its value: '5'); in a file write 'train:' and below it, "
                                + "indented, 'steps: …'");
        assertThat(Recipe.error("? \"a\\u0007b\"\n: 1")).startsWith("x.yaml:1: a\\u0007b: unknown key");
        assertThat(Recipe.error("train:\n  <<: {steps: 1}")).startsWith("x.yaml:2: train.<<: unknown key");
    }

    @Test
    void sectionsAreGroupsOfKeys() {
        assertThat(Recipe.error("seed: 1\ntrain:\n"))
                .startsWith(
                        "x.yaml:2: train: the section is empty; delete it or indent keys below it; its keys: mode,");
        assertThat(Recipe.error("train: 5")).startsWith("x.yaml:1: train: '5' stands where a section is wanted");
        assertThat(Recipe.error("train: [steps]"))
                .startsWith("x.yaml:1: train: a list stands where a section is wanted");
        assertThat(Recipe.error("- a")).startsWith("x.yaml:1: a list stands where 'key: value' lines are wanted");
        assertThat(Recipe.error("seed:5")).startsWith("x.yaml:1: 'seed:5' stands where 'key: value' lines are wanted");
    }

    @Test
    void aKeyWrittenTwiceIsAnError() {
        assertThat(Recipe.error("train:\n  steps: 5\n  steps: 6"))
                .isEqualTo("x.yaml:3: train.steps: written twice (first on line 2); keep one of the two");
        assertThat(Recipe.error("train:\n  steps: 5\nseed: 1\ntrain:\n  mode: quiet-star"))
                .isEqualTo("x.yaml:4: train: written twice (first on line 1); keep one of the two");
    }

    @Test
    void malformedYaml() {
        assertThat(Recipe.error("seed: 1\ntrain:\n\tsteps: 5"))
                .isEqualTo("x.yaml:3: a tab in the indentation; YAML allows only blanks there");
        assertThat(Recipe.error("data:\n  train: [a, b\n")).startsWith("x.yaml:3: malformed YAML: expected ',' or ']'");
        assertThat(Recipe.error("data:\n  train: *.txt"))
                .startsWith("x.yaml:2: malformed YAML: ")
                .contains("needs quotes");
        assertThat(Recipe.error("seed: 1\n  train: 2")).startsWith("x.yaml:2: malformed YAML: mapping values are not");
        assertThat(Recipe.error("seed: 1\noutput: {dir: \u0001}"))
                .isEqualTo("x.yaml:2: malformed YAML: a control character stands here; delete it");
        assertThat(Recipe.error("seed: 1\n---\nseed: 2")).startsWith("x.yaml:3: a second document begins here");
        assertThat(Recipe.error("seed: &s 1")).startsWith("x.yaml:1: seed: '&' and '*' at the start of a value");
        assertThat(Recipe.error("output:\n  dir: !!str 5")).startsWith("x.yaml:2: output.dir: YAML tags");
        assertThat(Recipe.error("? [a]\n: 5")).startsWith("x.yaml:1: malformed YAML: a key is one word");
        assertThat(Recipe.error("a: " + "[".repeat(500))).startsWith("x.yaml:1: nested too deeply");
        assertThat(Recipe.error("[".repeat(100_000))).startsWith("x.yaml:1: nested too deeply");
    }

    @Test
    void stagesAreNamedAndChecked() {
        assertThat(Recipe.error("stages: []")).startsWith("x.yaml:1: stages: wants a list of stages");
        assertThat(Recipe.error("stages:")).startsWith("x.yaml:1: stages: wants a list of stages");
        assertThat(Recipe.error("stages:\n  - base")).startsWith("x.yaml:2: stages[1]: 'base' stands where a stage is");
        assertThat(Recipe.error("stages:\n  - train: {steps: 1}"))
                .isEqualTo("x.yaml:2: stages[1]: a stage needs a name; write '- name: …'");
        assertThat(Recipe.error("stages:\n  - name: Base Model"))
                .isEqualTo("x.yaml:2: stages[1].name: 'Base Model' is no name of a stage; allowed: the letters a to z, "
                        + "digits and '-'");
        assertThat(Recipe.error("stages:\n  - name: a\n  - name: a"))
                .isEqualTo(
                        "x.yaml:3: stages[2].name: 'a' is the name of another stage (line 2); each stage needs a name "
                                + "of its own");
        assertThat(Recipe.error("stages:\n  - name: a\n    train:\n      step: 5"))
                .startsWith("x.yaml:4: stages.a.train.step: unknown key (its value: '5'); did you mean"
                        + " stages.a.train.steps?");
        assertThat(Recipe.error("stages:\n  - name: a\n    train:\n      steps: x"))
                .startsWith("x.yaml:4: stages.a.train.steps: 'x' is not a whole number");
        assertThat(Recipe.error("stages:\n  - name: a\n    trian: {}")).contains("did you mean stages.a.train?");
        assertThat(Recipe.error("stages:\n  - name: a\n    model: {layers: 1}"))
                .isEqualTo(
                        "x.yaml:3: stages.a.model: is the same in all stages; write it at the top level. A stage may "
                                + "hold: data, thought, loss, optimizer, train, star");
        assertThat(Recipe.error("stages:\n  - name: a\n    data: {validation: x}"))
                .isEqualTo(
                        "x.yaml:3: stages.a.data.validation: held-out text is the same in all stages; write validation "
                                + "in the section data of the run");
    }

    @Test
    void aStageStartsFromAnEarlierOne() {
        String two = "stages:\n  - name: base\n  - name: plain\n    from: ";
        assertThat(Recipe.read(two + "base").stages())
                .extracting(StageConfig::from)
                .containsExactly("", "base");
        String after = "\n  - name: quiet-star\n    from: base";
        assertThat(Recipe.error(two + "bsae" + after))
                .isEqualTo("x.yaml:4: stages.plain.from: 'bsae' names no stage above this one; did you mean base? "
                        + "allowed: the name of an earlier stage: base");
        for (String other : List.of("quiet-star", "plain", "something", "5", "\"\"")) {
            assertThat(Recipe.error(two + other + after))
                    .startsWith("x.yaml:4: stages.plain.from: ")
                    .contains("names no stage above this one")
                    .endsWith("allowed: the name of an earlier stage: base");
        }
        for (String other : List.of("[base]", "{base: 1}", "~", "")) {
            assertThat(Recipe.error(two + other + after))
                    .startsWith("x.yaml:4: stages.plain.from: ")
                    .contains("stands where a stage is named; allowed: the name of an earlier stage: base")
                    .endsWith("without the line the stage continues from the one before it");
        }
        assertThat(Recipe.error("stages:\n  - from: base\n    name: base"))
                .isEqualTo("x.yaml:2: stages.base.from: the first stage starts from the model itself; delete the line");
        assertThat(Recipe.error(two + "base\n    form: base"))
                .contains("did you mean stages.plain.from? Keys of a stage: name, from, data");
    }

    @Test
    void longAndMultilineValuesStayOnOneShortLine() {
        String error = Recipe.error("train:\n  steps: |\n    " + "a\n    b".repeat(200));
        assertThat(error).hasSizeLessThan(300).contains("\\n").contains("…");
    }

    @Test
    void everyKeyRefusesAWrongTypeByName() {
        List<KeySpec> keys = Recipes.SCHEMA.sections().stream()
                .flatMap(s -> s.keys().stream())
                .toList();
        assertThat(keys).hasSizeGreaterThan(60);
        for (KeySpec key : keys) {
            String written = key.group().isEmpty()
                    ? key.name() + ": {a: b}"
                    : key.group() + ": {" + key.simpleName() + ": {a: b}}";
            String error = Recipe.error(key.section() + ":\n  " + written);
            assertThat(error)
                    .startsWith("x.yaml:2: " + key.path() + ": a group of keys stands where")
                    .contains("allowed: ");
        }
    }
}
