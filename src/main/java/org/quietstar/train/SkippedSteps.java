package org.quietstar.train;

import java.util.Map;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.StageConfig;

/** Counts the steps whose loss or gradient was not finite and which therefore changed nothing. */
final class SkippedSteps {
    private static final String TOTAL = "skipped_steps";
    private static final String IN_ROW = "skipped_in_row";

    private long total;
    private int inRow;

    /** A step was applied. */
    void applied() {
        inRow = 0;
    }

    /** A step was skipped. */
    void skipped() {
        total++;
        inRow++;
    }

    /** Skipped since the run began. */
    long total() {
        return total;
    }

    /**
     * Ends the run where too many steps in a row were skipped.
     *
     * @throws QuietStarException that says what to change
     */
    void requireFew(StageConfig stage, long step, RunFolder folder) {
        if (inRow >= stage.train().maxSkippedSteps()) {
            throw new QuietStarException("training stopped at step " + step + ": " + inRow
                    + " steps in a row had a loss or gradient that is not finite (train.maxSkippedSteps). Lower"
                    + " optimizer.learningRate (" + stage.optimizer().learningRate() + " in stage '" + stage.name()
                    + "') in " + folder.config() + " and go on from the last checkpoint with --resume " + folder.path()
                    + ", or begin anew");
        }
    }

    void putInto(Map<String, Object> state) {
        state.put(TOTAL, total);
        state.put(IN_ROW, inRow);
    }

    void restore(Map<String, Object> state) {
        total = ((Number) state.get(TOTAL)).longValue();
        inRow = ((Number) state.get(IN_ROW)).intValue();
    }
}
