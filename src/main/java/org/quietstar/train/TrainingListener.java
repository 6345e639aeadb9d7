package org.quietstar.train;

import java.nio.file.Path;
import java.util.Map;
import org.quietstar.config.StageConfig;

/** Is notified of what happens in a run. */
public interface TrainingListener {

    /**
     * A stage begins or continues.
     *
     * @param stepsDone steps of this stage that were done before
     */
    default void onStage(StageConfig stage, int stepsDone) {}

    /**
     * Rationales are written for a stage of mode star, first without a hint and then, for those that missed the answer, with
     * one; each time first of all 0 are done.
     *
     * @param turn from 1
     */
    default void onRationales(StageConfig stage, int turn, int done, int all) {}

    /** A step is done; {@code metrics} is its line in the metrics file. */
    default void onStep(int stageStep, Map<String, Object> metrics) {}

    /** The held-out loss was measured, in nats per token. */
    default void onHeldOut(int stageStep, double nll) {}

    /** Questions were answered; {@code shares} of right answers are those of the step's line in the metrics file. */
    default void onTasks(int stageStep, Map<String, Double> shares) {}

    /** A checkpoint is safe on disk. */
    default void onCheckpoint(Path checkpoint) {}

    /** Something that the user should know: a skipped step, a bad record. */
    default void onWarning(String message) {}
}
