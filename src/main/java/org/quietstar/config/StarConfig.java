package org.quietstar.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code star}: what a stage of mode star (STaR, arXiv 2203.14465) learns from, rationales that it writes itself. */
public record StarConfig(
        @Key(
                value =
                        "Task file with the questions and answers to learn from, such as datasets/tiny/questions.yaml; it"
                                + " has texts for a chain of thought (cot, cotAnswer).",
                def = "")
        String task,

        @Key(
                value = "How many times rationales are written anew, each time by the model that the last turn trained;"
                        + " each turn then trains train.steps / turns steps from the model that the stage starts from.",
                min = 1,
                def = "4")
        int turns,

        @Key(
                value = "Questions that are asked in each turn, in each turn others; 0: all of the task.",
                unit = "questions",
                min = 0,
                def = "0")
        int questions,

        @Key(value = "Sampling temperature of the rationales; 0 is greedy, as in the paper.", min = 0, def = "0.0")
        double temperature,

        @Key(
                value =
                        "Prompt for a second try where the answer was wrong, with {answer} in it, and with {prompt} where"
                                + " the question goes; what is learned has the question alone. Empty: there is no second try.",
                def = "The answer is {answer}.\n{prompt}")
        String hint) {
    private static final String PROMPT = "prompt";
    private static final String ANSWER = "answer";
    private static final Pattern FIELD = Pattern.compile("\\{(" + PROMPT + "|" + ANSWER + ")}");

    public static StarConfig defaults() {
        return Records.defaults(StarConfig.class);
    }

    /** Whether what is answered wrong is tried again with the answer as a hint. */
    public boolean rationalises() {
        return !hint.isEmpty();
    }

    /** Whether the hint has the question and its answer in it. */
    boolean isHintWhole() {
        return hint.contains("{" + PROMPT + "}") && hint.contains("{" + ANSWER + "}");
    }

    /** The prompt with the answer as a hint. */
    public String hinted(String prompt, String answer) {
        Map<String, String> fields = Map.of(PROMPT, prompt, ANSWER, answer);
        return FIELD.matcher(hint).replaceAll(field -> Matcher.quoteReplacement(fields.get(field.group(1))));
    }

    // The same settings with one of them changed.

    public StarConfig withTask(String value) {
        return Records.with(this, "task", value);
    }

    public StarConfig withTurns(int value) {
        return Records.with(this, "turns", value);
    }

    public StarConfig withQuestions(int value) {
        return Records.with(this, "questions", value);
    }

    public StarConfig withTemperature(double value) {
        return Records.with(this, "temperature", value);
    }

    public StarConfig withHint(String value) {
        return Records.with(this, "hint", value);
    }
}
