package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.GradientGraph;

/**
 * The policy's part of the loss alone, for measuring how large its gradient is beside the likelihood's: text and the
 * steps 1 … T, with the advantages that a {@link QuietStarGraph} gave as an input. The likelihood's gradient is what
 * remains of the whole.
 */
public final class PolicyGraph {
    /** INT32 [n]: text, then t1 … t(T−1). */
    public static final String IDS = "ids";
    /** [B, P, L] */
    public static final String ADVANTAGE = "advantage";
    /** policyWeight·policy, and the entropy and divergence terms where they are on. */
    public static final String LOSS = "loss";

    private final SameDiff sd = SameDiff.create();

    public PolicyGraph(
            ModelConfig model,
            ThoughtConfig thought,
            LossConfig loss,
            LossWeights weights,
            ThoughtSizes sizes,
            List<Integer> bannedIds,
            Parameters parameters) {
        CorrectedOps.install();
        DataType type = parameters.dataType();
        int steps = sizes.thoughtTokens();
        int d = model.hiddenSize();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        SDVariable ids = sd.placeHolder(IDS, DataType.INT32, idCount(sizes));
        SDVariable embeddings = BlockEmbeddings.of(sd, decoder, sizes, steps, ids, thought.embeddingScale(), type);
        SDVariable hidden = decoder.layers(embeddings, new TextAndBlocks(sd, model, sizes, steps, type))
                .normed();
        var term = new PolicyTerm(sd, decoder, sizes, loss, bannedIds, model.vocabSize(), type);
        PolicyTerm.Result result = term.build(
                Rows.of(sd, hidden, sizes.firstRowOfStep(1), sizes.firstRowOfStep(steps + 1), d),
                sd.placeHolder(QuietStarGraph.DRAWN, DataType.INT32, (long) steps * sizes.stepRows()),
                sd.placeHolder(ADVANTAGE, type, sizes.batch(), sizes.thoughts(), sizes.length()),
                sd.placeHolder(QuietStarGraph.POLICY_WEIGHTS, type, sizes.batch(), 1, sizes.length()),
                Rows.of(sd, hidden, 0, sizes.textRows(), d));
        SDVariable policy = result.loss().mul(sd.constant(Nd4j.scalar(type, weights.policy())));
        (result.regularisation() == null ? policy : policy.add(result.regularisation())).rename(LOSS);
    }

    /** Length of {@link #IDS}. */
    public static int idCount(ThoughtSizes sizes) {
        return BlockEmbeddings.idCount(sizes, sizes.thoughtTokens());
    }

    public SameDiff graph() {
        return sd;
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return GradientGraph.trainable(sd);
    }
}
