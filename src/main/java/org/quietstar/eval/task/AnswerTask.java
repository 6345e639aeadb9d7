package org.quietstar.eval.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.quietstar.config.yaml.Choice;

/**
 * Questions with answers that a model is asked for directly, without writing a way to them.
 *
 * @param name the task file's, without its ending
 * @param items the file of the items, for messages
 * @param groupName what the groups are called, the name of their field
 * @param answers what an answer is, and how it is scored
 * @param separator the text between a prompt and its answer
 * @param end the text behind an answer, which is part of what is scored; often empty
 * @param questions in the order of the file; one or more
 */
public record AnswerTask(
        String name,
        Path items,
        String groupName,
        Answers answers,
        String separator,
        String end,
        List<AnswerItem> questions) {

    /** What an answer is. */
    public enum Answers implements Choice {
        /**
         * One of some texts: right is the one whose tokens are the likeliest together. The probability of the right one is
         * among these texts.
         */
        CHOICES,
        /** One of some letters: as choices, each token's probability taken among the tokens of letters that are choices. */
        LETTERS,
        /**
         * A number: right where each of its tokens is the likeliest of those of digits and of the end. Probabilities are taken
         * among these tokens.
         */
        DIGITS
    }

    public AnswerTask {
        questions = List.copyOf(questions);
    }

    /** Reads a task file, or one of the tasks that come with the program by its name; see {@link TaskFile}. */
    public static AnswerTask read(Path file) {
        return TaskFile.read(file, Optional.empty());
    }

    /**
     * As {@link #read(Path)}.
     *
     * @param items taken in place of the file of items that the task names
     */
    public static AnswerTask read(Path file, Path items) {
        return TaskFile.read(file, Optional.of(items));
    }

    /** Share of right answers that guessing gives; 0 for numbers. */
    public double chance() {
        return answers == Answers.DIGITS
                ? 0
                : questions.stream()
                        .mapToDouble(item -> 1.0 / item.choices().size())
                        .average()
                        .orElseThrow();
    }
}
