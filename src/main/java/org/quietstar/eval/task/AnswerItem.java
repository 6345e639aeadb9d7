package org.quietstar.eval.task;

/**
 * One question of a task.
 *
 * @param line of the file of items, counted from 1
 * @param prompt what the answer comes after
 * @param answer index of the right answer among the task's choices
 * @param group the items that it is reported with
 */
public record AnswerItem(int line, String prompt, int answer, String group) {}
