package org.quietstar.train;

import java.util.OptionalDouble;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.HeldOutShare;
import org.quietstar.eval.Evaluator;
import org.quietstar.eval.TokenScores;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;

/** The held-out loss in the course of training, which decides which checkpoint is best. Made ready at its first use. */
final class HeldOutLoss implements AutoCloseable {
    private final RunConfig config;
    private final StageConfig stage;
    private final ThinkingModel model;
    private final Tokenizer tokenizer;
    private Evaluator evaluator;

    HeldOutLoss(RunConfig config, StageConfig stage, ThinkingModel model, Tokenizer tokenizer) {
        this.config = config;
        this.stage = stage;
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * The loss where it is due: every {@code train.evaluateEvery} steps of the stage, and, where that is not 0, with each
     * checkpoint, which is scored by its own weights.
     */
    OptionalDouble measureIfDue(boolean checkpoint, int stageStep) {
        int every = stage.train().evaluateEvery();
        boolean due = every > 0 && (checkpoint || stageStep % every == 0);
        return due ? OptionalDouble.of(measure()) : OptionalDouble.empty();
    }

    /** Mean NLL of the held-out text in nats per token, after thoughts where the model has any. */
    private double measure() {
        if (evaluator == null) {
            evaluator = new Evaluator(
                    model,
                    config.evaluation().withThoughtContent(ThoughtContent.OWN),
                    stage.data().batchSize(),
                    stage.data().sequenceLength(),
                    config.seed());
        }
        TokenScores scores = evaluator.scoreHeldOut(
                stage.data(), HeldOutShare.SELECTION, tokenizer, DataListener.none(), tokens -> true);
        double sum = 0;
        for (int i = 0; i < scores.size(); i++) {
            sum += scores.mixed(i);
        }
        return sum / scores.size();
    }

    @Override
    public void close() {
        if (evaluator != null) {
            evaluator.close();
        }
    }
}
