package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GatherWithGradient;
import org.quietstar.samediff.GradientFunction;

/**
 * The whole objective as one static, differentiable graph: {@link QuietStarLoss} and the REINFORCE loss of all sampled
 * tokens (paper, section 4.4.3; docs/algorithm.md, section 6). It says what a step computes, and tests, notebooks, the
 * comparison with recorded numbers and that with SameDiff's session run it. Training does not: {@link LearningStep}
 * computes the same loss and gradients in an order that does nothing twice.
 *
 * <p>{@link LearningInputs} fills the placeholders. Outputs of {@link QuietStarLoss} have their names there.
 */
public final class ReferenceObjective {
    /** The whole loss, a scalar. */
    public static final String LOSS = "loss.whole";
    /** Mean of −A·log π, without its weight, a scalar. */
    public static final String POLICY_LOSS = "loss.policy";
    /** log π at the reinforce temperature, [T, B, P, L] */
    public static final String LOG_POLICY = "log_policy";
    /** [T·B·P·L, V], before any mask or temperature */
    public static final String THOUGHT_LOGITS = "logits.thought";

    private final SameDiff sd;
    private final QuietStarLoss likelihoods;
    private final ThoughtLayout layout;
    private final DataType type;

    /**
     * Builds the graph.
     *
     * @param model a model that thinks
     * @param loss whose reward function is not read
     */
    public ReferenceObjective(ThinkingModel model, LossSpec loss, ThoughtLayout layout) {
        this.likelihoods = new QuietStarLoss(model, loss, layout);
        this.sd = likelihoods.graph();
        this.layout = layout;
        this.type = model.dataType();
        ReinforceLoss.Terms terms = new ReinforceLoss(sd, likelihoods.decoder(), model, loss).of(allTokens());
        terms.logits().rename(THOUGHT_LOGITS);
        terms.policy().rename(POLICY_LOSS);
        sd.reshape(terms.nll().neg(), layout.thoughtTokens(), layout.batch(), layout.thoughts(), layout.length())
                .rename(LOG_POLICY);
        sd.getVariable(QuietStarLoss.LOSS).add(terms.total()).rename(LOSS);
    }

    /** t1 of all blocks, then t2 of all blocks, …, tT. */
    private ReinforceLoss.Tokens allTokens() {
        int width = likelihoods.decoder().width();
        SDVariable sampled = sd.placeHolder(LearningInputs.SAMPLED, DataType.INT32, layout.sampledTokens());
        SDVariable ofPositions =
                sd.placeHolder(LearningInputs.POLICY_WEIGHTS, type, layout.batch(), 1, layout.length());
        SDVariable ones = sd.constant(Nd4j.ones(type, layout.batch(), layout.thoughts(), layout.length()));
        return new ReinforceLoss.Tokens(
                ThoughtLayout.rows(
                        sd,
                        likelihoods.hidden(),
                        layout.firstRowOfSlot(layout.startSlot()),
                        layout.firstRowOfSlot(layout.lastTokenSlot()),
                        width),
                sampled,
                ofTokens(ones.mul(ofPositions)),
                ofTokens(sd.getVariable(QuietStarLoss.ADVANTAGE).mul(ofPositions)),
                () -> new GatherWithGradient(sd, likelihoods.text(), sd.constant(Nd4j.createFromArray(textRows())))
                        .outputVariable());
    }

    /** What each thought has, [B, P, L], for each of its tokens, [T·B·P·L, 1]. */
    private SDVariable ofTokens(SDVariable ofThoughts) {
        SDVariable rows = sd.reshape(ofThoughts, 1, layout.slotRows());
        return sd.reshape(sd.tile(rows, layout.thoughtTokens(), 1), layout.sampledTokens(), 1);
    }

    /** The text row of each sampled token. */
    private int[] textRows() {
        int[] rows = new int[layout.sampledTokens()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = layout.textRowOf(i % layout.slotRows());
        }
        return rows;
    }

    /** The graph, whose arrays are the parameters'. */
    public SameDiff graph() {
        return sd;
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return GradientFunction.trainable(sd);
    }
}
