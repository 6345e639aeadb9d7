package org.quietstar.eval.task;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.yaml.Choice;
import org.quietstar.eval.task.AnswerScore.Vote;
import org.quietstar.random.SplitMix;

/**
 * Questions with right answers. A model is asked how likely it holds each answer, or writes its own: at once, or by chain of
 * thought.
 *
 * @param name the task file's, without its ending; by chain of thought {@code NAME-cot}, of k votes {@code NAME-cot-majK}
 * @param items the file of the items, for messages
 * @param groupName what the groups are called, the name of their field
 * @param answers what an answer is, and how it is scored
 * @param separator the text between a prompt and its answer
 * @param end the text behind an answer, which is part of what is scored, and ends one that is written; often empty
 * @param writing how answers are written, where they are
 * @param questions in the order of the file; one or more
 */
public record AnswerTask(
        String name,
        Path items,
        String groupName,
        Answers answers,
        String separator,
        String end,
        Writing writing,
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
        DIGITS,
        /** A text that the model writes: right where it is the same as the right one, case, blanks and ways to write a number apart. */
        TEXT
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

    /**
     * Some of the questions, such as those that are answered in the course of training: as many as are wanted, half of all at
     * most, and one at least. Which ones depends on the seed, the places of the items and their number alone.
     *
     * @param wanted 1 or more
     */
    public AnswerTask chosen(long seed, int wanted) {
        return withQuestions(split(seed, wanted, true));
    }

    /** The questions that {@link #chosen} leaves; of a single one itself. */
    public AnswerTask withoutChosen(long seed, int wanted) {
        return questions.size() == 1 ? this : withQuestions(split(seed, wanted, false));
    }

    private List<AnswerItem> split(long seed, int wanted, boolean chosen) {
        int count = Math.max(1, Math.min(wanted, questions.size() / 2));
        Set<AnswerItem> first = questions.stream()
                .sorted(Comparator.comparingLong((AnswerItem item) -> SplitMix.hash(seed, item.line()))
                        .thenComparingInt(AnswerItem::line))
                .limit(count)
                .collect(Collectors.toSet());
        return questions.stream().filter(item -> first.contains(item) == chosen).toList();
    }

    /** Whether the model writes its answers, instead of being asked how likely it holds each. */
    public boolean isWritten() {
        return answers == Answers.TEXT || writing.votes().isPresent();
    }

    /**
     * The same questions, to be answered by chain of thought.
     *
     * @throws QuietStarException where the task has no texts for it
     */
    public AnswerTask byChainOfThought(Writing.Votes votes) {
        if (writing.reasoning().isEmpty()) {
            throw new QuietStarException(
                    "task " + name + " names no texts for a chain of thought; write, for instance,"
                            + " cot: \"Let's think step by step.\" and cotAnswer: \"\\nTherefore, the answer is\" into its file");
        }
        String asked = name + "-cot" + (votes.count() > 1 ? "-maj" + votes.count() : "");
        return new AnswerTask(asked, items, groupName, answers, separator, end, writing.voted(votes), questions);
    }

    /** The same task with some of its questions, or with others of its kind; one or more. */
    public AnswerTask withQuestions(List<AnswerItem> others) {
        return new AnswerTask(name, items, groupName, answers, separator, end, writing, others);
    }

    /** The tasks of a recipe, answered as it says: at once, or by chain of thought. */
    public static List<AnswerTask> all(EvaluationConfig evaluation) {
        return evaluation.tasks().stream()
                .map(file -> read(Path.of(file)).asked(evaluation))
                .toList();
    }

    /** The same questions, to be answered as a recipe says. */
    public AnswerTask asked(EvaluationConfig evaluation) {
        int votes = evaluation.taskVotes();
        return votes == 0 ? this : byChainOfThought(new Writing.Votes(votes, evaluation.taskTemperature()));
    }

    /** What a reasoning is written behind: prompt, separator and the beginning of a chain of thought. */
    public String begun(AnswerItem item) {
        return item.prompt() + separator + writing.reasoning().orElseThrow().beginning();
    }

    /** What an answer is written behind: the reasoning and the conclusion after {@link #begun}. */
    public String concluded(AnswerItem item, String reasoning) {
        return begun(item)
                + reasoning.stripTrailing()
                + writing.reasoning().orElseThrow().conclusion();
    }

    /**
     * A question, worked out: prompt, reasoning, conclusion, the text of the answer and its end, as a model reads them.
     *
     * @param vote of a chain of thought, also where it was written behind another prompt
     */
    public String worked(AnswerItem item, Vote vote) {
        return concluded(item, vote.reasoning()) + vote.text().stripTrailing() + end;
    }

    /** Share of right answers that guessing gives; 0 for numbers and texts. */
    public double chance() {
        return answers == Answers.DIGITS || answers == Answers.TEXT
                ? 0
                : questions.stream()
                        .mapToDouble(item -> 1.0 / item.choices().size())
                        .average()
                        .orElseThrow();
    }
}
