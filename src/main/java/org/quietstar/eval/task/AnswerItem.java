package org.quietstar.eval.task;

import java.util.List;

/**
 * One question of a task.
 *
 * @param line of the file of items, counted from 1
 * @param prompt what the answer comes after
 * @param choices the answers to choose from, two or more, all different; of a task of numbers or texts the right one alone
 * @param answer index of the right answer among the choices
 * @param group the items that it is reported with
 */
public record AnswerItem(int line, String prompt, List<String> choices, int answer, String group) {
    public AnswerItem {
        choices = List.copyOf(choices);
    }

    /** The same question behind another prompt. */
    public AnswerItem withPrompt(String other) {
        return new AnswerItem(line, other, choices, answer, group);
    }

    /** The right answer. */
    public String right() {
        return choices.get(answer);
    }
}
