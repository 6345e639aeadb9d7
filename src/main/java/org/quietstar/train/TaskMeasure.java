package org.quietstar.train;

import java.util.Map;
import org.quietstar.thought.ThinkingModel;

/** Answers questions in the course of training ({@code train.tasksEvery}). */
public interface TaskMeasure {
    /**
     * Shares of right answers.
     *
     * @param model as it is; nothing of it may be changed or closed
     * @return by keys of the metrics file, each of which begins with {@link Metrics#TASK}
     */
    Map<String, Double> shares(ThinkingModel model);

    /**
     * The share of wrong answers that chooses the best checkpoint ({@code checkpoint.bestBy: tasks}).
     *
     * @param shares as {@link #shares} gave them
     */
    double wrong(Map<String, Double> shares);
}
