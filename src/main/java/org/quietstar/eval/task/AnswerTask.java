package org.quietstar.eval.task;

import java.nio.file.Path;
import java.util.List;

/**
 * Questions whose answers are to be chosen from a list. An item is right if the right answer has the greatest probability
 * of all choices.
 *
 * @param name the task file's, without its ending
 * @param items the file of the items, for messages
 * @param groupName what the groups are called, the name of their field
 * @param choices the answers to choose from, two or more, all different
 * @param separator the text between a prompt and its answer
 * @param questions in the order of the file; one or more
 */
public record AnswerTask(
        String name, Path items, String groupName, List<String> choices, String separator, List<AnswerItem> questions) {

    public AnswerTask {
        choices = List.copyOf(choices);
        questions = List.copyOf(questions);
    }

    /** Reads a task file; see {@link TaskFile}. */
    public static AnswerTask read(Path file) {
        return TaskFile.read(file);
    }

    /** Share of right answers that guessing gives. */
    public double chance() {
        return 1.0 / choices.size();
    }
}
