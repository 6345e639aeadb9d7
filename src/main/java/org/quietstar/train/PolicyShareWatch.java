package org.quietstar.train;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.quietstar.config.StageConfig;

/** Warns, once in a stage, where the policy's part of the gradient is next to nothing, or next to all, for long. */
final class PolicyShareWatch {
    private static final double LEAST = 0.01;
    private static final double MOST = 0.99;
    /** Steps after which it is no accident. */
    static final int STEPS = 50;

    private final StageConfig stage;
    private int outside;
    private boolean warned;

    PolicyShareWatch(StageConfig stage) {
        this.stage = stage;
    }

    /** What to say after a step; a step without a measurement says nothing. */
    Optional<String> after(Map<String, Object> metrics) {
        if (!(metrics.get(Metrics.POLICY_SHARE) instanceof Double share)
                || stage.loss().policyWeight() == 0) {
            return Optional.empty();
        }
        outside = share < LEAST || share > MOST ? outside + stage.train().gradientNormsEvery() : 0;
        if (warned || outside < STEPS) {
            return Optional.empty();
        }
        warned = true;
        boolean little = share < LEAST;
        return Optional.of(String.format(
                Locale.ROOT,
                "the policy's share of the gradient is %.2g %% and was %s %.0f %% for %d steps: %s; %s loss.policyWeight"
                        + " (%s), or set loss.policyShare, for instance to 0.3",
                100 * share,
                little ? "below" : "above",
                100 * (little ? LEAST : MOST),
                outside,
                little
                        ? "what thoughts say is hardly learned"
                        : "the text's own likelihood is hardly learned, and the model may be ruined",
                little ? "raise" : "lower",
                metrics.get(Metrics.POLICY_WEIGHT)));
    }
}
