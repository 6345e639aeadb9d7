package org.quietstar.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/** Who executes the step's graphs. */
public enum Executor {
    /** What training uses: {@link org.quietstar.samediff.plan.StaticPlan}. */
    PLAN,
    /** The same work through SameDiff's own session, as M2.1 ships it. */
    SESSION;

    /** A step with random weights and text, to be closed. */
    public TrainingStep open(BenchSize size) {
        return switch (this) {
            case PLAN -> new PlannedStep(size);
            case SESSION -> new SessionStep(size);
        };
    }

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The executor of that {@link #label()}; throws QuietStarException, which lists them, for another. */
    public static Executor of(String label) {
        return Arrays.stream(values())
                .filter(executor -> executor.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new QuietStarException("--executor " + label + ": there is no such executor; one of "
                        + Arrays.stream(values()).map(Executor::label).collect(Collectors.joining(", "))));
    }
}
