package org.quietstar.train;

import java.util.Map;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.StageConfig;

/** Passes over steps whose loss or gradient is not finite, and counts them. */
final class SkippedSteps {
    private static final String TOTAL = "skipped_steps";
    private static final String IN_ROW = "skipped_in_row";

    private long total;
    private int inRow;

    /**
     * Updates the parameters, unless a number is not finite.
     *
     * @param norm of the gradient
     * @param clipNorm largest norm that goes in unscaled; 0 means no limit
     * @return why the step was skipped, if it was
     */
    Optional<String> apply(
            AdamW optimizer, Objective.Result result, double norm, double clipNorm, double learningRate) {
        if (!Double.isFinite(result.loss()) || !Double.isFinite(norm)) {
            total++;
            inRow++;
            return Optional.of("its loss is " + result.loss() + ", its gradient's norm " + norm);
        }
        optimizer.update(result.gradients(), GradientAccumulator.clip(norm, clipNorm), learningRate);
        inRow = 0;
        return Optional.empty();
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
                    + "') in " + folder.config() + " and continue from the last checkpoint with --resume "
                    + folder.path()
                    + ", or begin anew");
        }
    }

    /**
     * Ends a run that has learned nothing.
     *
     * @param steps made since the run began
     * @throws QuietStarException where every one of them was skipped
     */
    void requireSome(long steps, RunFolder folder) {
        if (steps > 0 && total == steps) {
            throw new QuietStarException("training has changed nothing: each of its " + steps
                    + " steps had a loss or gradient that is not finite. Lower optimizer.learningRate in "
                    + folder.config() + ", or look at the model's weights and the data, and begin anew");
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
