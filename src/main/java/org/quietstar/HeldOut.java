package org.quietstar;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.quietstar.config.DataConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.data.BadRecordWarnings;
import org.quietstar.data.HeldOutShare;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.eval.Evaluator;
import org.quietstar.eval.ModelComparison;
import org.quietstar.eval.TokenScores;
import org.quietstar.hub.ModelLoader;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.AgreeingTokenizer;
import org.quietstar.tokenizer.Tokenizer;

/** Held-out text, and what a model makes of it. */
final class HeldOut {
    private HeldOut() {}

    /**
     * Settings under which held-out text is read.
     *
     * @param files to score; none for what the recipe holds out
     */
    static DataConfig text(RunConfig config, List<String> files) {
        DataConfig data = config.lastStage().data();
        DataConfig heldOut = files.isEmpty() ? data : data.withValidation(files);
        if (!heldOut.holdsOut()) {
            throw new QuietStarException("evaluate: the recipe holds out no text (data.validation,"
                    + " data.validationFraction); name files to score");
        }
        return heldOut;
    }

    /**
     * Scores a model on held-out text, until {@code evaluation.maxTokens} or until it is stopped.
     *
     * @param config whose evaluation it is: another model's too, if both are to be compared
     */
    static TokenScores score(
            ThinkingModel model,
            RunConfig config,
            DataConfig heldOut,
            Tokenizer tokenizer,
            EvaluationListener listener,
            BooleanSupplier stopped) {
        int wanted = config.evaluation().maxTokens();
        try (var evaluator = new Evaluator(
                        model, config.evaluation(), heldOut.batchSize(), heldOut.sequenceLength(), config.seed());
                var warnings = new BadRecordWarnings(listener::onWarning)) {
            listener.onTokens(0, wanted);
            return evaluator.scoreHeldOut(heldOut, share(config, heldOut), tokenizer, warnings, scored -> {
                listener.onTokens(Math.min(scored, wanted), wanted);
                return !stopped.getAsBoolean();
            });
        }
    }

    /** What is reported on: other documents than those that the run's checkpoints were compared by. */
    private static HeldOutShare share(RunConfig config, DataConfig heldOut) {
        boolean own = heldOut.equals(config.lastStage().data());
        boolean selects =
                config.stages().stream().anyMatch(stage -> stage.train().evaluateEvery() > 0);
        return own && selects ? HeldOutShare.REPORT : HeldOutShare.ALL;
    }

    /**
     * Scores two models on the same held-out text.
     *
     * @param config whose evaluation it is
     * @param files to score; none for what the recipe holds out
     * @throws QuietStarException where their tokenizers make other tokens of it, and where it was stopped
     */
    static ModelComparison compare(
            ModelLoader.Loaded mine,
            ModelLoader.Loaded other,
            RunConfig config,
            List<String> files,
            EvaluationListener listener,
            BooleanSupplier stopped) {
        Tokenizer tokenizer = AgreeingTokenizer.of(mine.tokenizer(), other.tokenizer());
        DataConfig heldOut = text(config, files);
        TokenScores first = score(mine.model(), config, heldOut, tokenizer, listener, stopped);
        TokenScores second = score(other.model(), config, heldOut, tokenizer, listener, stopped);
        if (stopped.getAsBoolean()) {
            throw new QuietStarException("the comparison was stopped before both models were scored");
        }
        return ModelComparison.of(first, second, config.evaluation().bootstrapSamples(), config.seed());
    }
}
