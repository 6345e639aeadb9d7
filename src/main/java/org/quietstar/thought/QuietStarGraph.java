package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.Detached;
import org.quietstar.model.Parameters;
import org.quietstar.model.TokenLikelihood;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.Graphs;

/**
 * The learning phase as one static, differentiable SameDiff graph: text and all thought blocks go through the decoder
 * together, teacher forced on the drawn thoughts, and end in the loss
 * {@code c·NLL_base + (1−c)·NLL_thought + policyWeight·policy} (paper, sections 4.4.1 to 4.4.3).
 *
 * <p>Placeholders are the constants {@code IDS} … {@code VALID}; {@link LearningBatch} fills them. All means are sums
 * with weights from outside, so that padding does not count and several micro-batches add up to one batch.
 */
public final class QuietStarGraph {
    /** INT32 [n]: text, drawn thoughts t1 … tT, lookahead tokens; see {@link BlockEmbeddings#idCount}. */
    public static final String IDS = "ids";
    /** INT32 [B·L]: x[p+1], anything where there is none. */
    public static final String LABELS = "labels";
    /** INT32 [T·B·P·L]: t1 … tT. */
    public static final String DRAWN = "drawn";
    /** [B·L, 1]: weight of each base NLL; 0 where there is no label; all micro-batches' weights sum to 1. */
    public static final String BASE_WEIGHTS = "base_weights";
    /** [M, B, 1, L]: weight of each NLL after a thought; times P they sum to 1. */
    public static final String THOUGHT_WEIGHTS = "thought_weights";
    /** [B, 1, L]: weight of each position in the policy term; times T·P they sum to 1. */
    public static final String POLICY_WEIGHTS = "policy_weights";
    /** [B, 1, L]: 1 where all M targets exist. */
    public static final String VALID = "valid";

    public static final String LOSS = "loss";
    public static final String BASE_LOSS = "loss.base";
    public static final String THOUGHT_LOSS = "loss.thought";
    public static final String POLICY_LOSS = "loss.policy";
    /** [B·L, 1] */
    public static final String BASE_NLL = "nll.base";
    /** [M, B, P, L] */
    public static final String THOUGHT_NLL = "nll.thought";
    /** [M, B, P, L, D]: (1 − w)·h_base + w·h_thought */
    public static final String MIXED_HIDDEN = "hidden.mixed";
    /** [M·B·P·L, 1] */
    public static final String MIX_WEIGHT = "mix.weight";
    /** [B, P, L] */
    public static final String REWARD = "reward";
    /** [B, P, L] */
    public static final String ADVANTAGE = "advantage";
    /** [T, B, P, L] */
    public static final String LOG_POLICY = "log_policy";
    /** [B·L, V] */
    public static final String BASE_LOGITS = "logits.base";
    /** [T·B·P·L, V], before any mask or temperature */
    public static final String THOUGHT_LOGITS = "logits.thought";
    /** [M·B·P·L, V] */
    public static final String MIXED_LOGITS = "logits.mixed";

    private final SameDiff sd = Graphs.create();
    private final QuietStarSetup setup;
    private final ModelConfig model;
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final DataType type;
    private final Decoder decoder;

    /** The whole graph. */
    public QuietStarGraph(QuietStarSetup setup) {
        this(setup, true);
    }

    /** The graph whose loss lacks the policy's part; rewards and advantages are there. */
    public static QuietStarGraph ofLikelihoods(QuietStarSetup setup) {
        return new QuietStarGraph(setup, false);
    }

    private QuietStarGraph(QuietStarSetup setup, boolean withPolicy) {
        CorrectedOps.install();
        this.setup = setup;
        this.model = setup.model();
        this.sizes = setup.sizes();
        this.loss = setup.loss();
        this.type = setup.type();
        this.decoder = new Decoder(sd, model, setup.parameters(), sizes.maxPosition());
        LossWeights weights = setup.weights();
        Decoder.Hidden hidden = hidden(setup.thought().embeddingScale());
        SDVariable text = named(Rows.of(sd, hidden.normed(), 0, sizes.textRows(), model.hiddenSize()), "hidden.text");
        Likelihoods likelihoods =
                likelihoods(text, hidden.normed(), setup.thought().mixer().equals("sigmoid"), setup.parameters());
        SDVariable baseLoss =
                named(sd.sum(likelihoods.base.mul(placeholder(BASE_WEIGHTS, sizes.textRows(), 1))), BASE_LOSS);
        SDVariable thoughtWeights = placeholder(THOUGHT_WEIGHTS, sizes.lookahead(), sizes.batch(), 1, sizes.length());
        SDVariable thoughtLoss = named(sd.sum(likelihoods.thought.mul(thoughtWeights)), THOUGHT_LOSS);
        SDVariable total = baseLoss.mul(scalar(weights.base())).add(thoughtLoss.mul(scalar(weights.thought())));
        SDVariable advantage = advantage(likelihoods);
        named(withPolicy ? total.add(policy(text, hidden.normed(), advantage)) : total, LOSS);
    }

    private record Likelihoods(SDVariable base, SDVariable thought, SDVariable rewarded) {}

    private Decoder.Hidden hidden(double embeddingScale) {
        int steps = sizes.steps();
        SDVariable ids = sd.placeHolder(IDS, DataType.INT32, BlockEmbeddings.idCount(sizes, steps));
        SDVariable embeddings = BlockEmbeddings.of(sd, decoder, sizes, steps, ids, embeddingScale, type);
        return decoder.layers(embeddings, new TextAndBlocks(sd, model, sizes, steps, type));
    }

    /** NLL of every label, without thoughts [B·L, 1] and after them [M, B, P, L]. */
    private Likelihoods likelihoods(SDVariable text, SDVariable all, boolean sigmoid, Parameters parameters) {
        int d = model.hiddenSize();
        int m = sizes.lookahead();
        long mixedRows = (long) m * sizes.stepRows();
        long[] byBlock = {m, sizes.batch(), sizes.thoughts(), sizes.length(), d};
        SDVariable labels = decoder.headRows(sd.placeHolder(LABELS, DataType.INT32, sizes.textRows())); // [B·L, D]

        SDVariable baseLogits = named(decoder.logits(text), BASE_LOGITS);
        SDVariable base =
                named(TokenLikelihood.negativeLog(sd, baseLogits, sd.sum(text.mul(labels), true, 1)), BASE_NLL);

        var head = new MixingHead(sd, decoder, parameters, sigmoid, d);
        SDVariable thought = Rows.of(sd, all, sizes.firstRowOfStep(sizes.thoughtTokens() + 2), sizes.rows(), d);
        SDVariable weight = named(head.weight(ahead(head.baseHalf(text), d), thought, sizes), MIX_WEIGHT);
        SDVariable mixed = named(
                MixingHead.mix(
                        ahead(text, d),
                        sd.reshape(thought, byBlock),
                        sd.reshape(weight, m, sizes.batch(), sizes.thoughts(), sizes.length(), 1)),
                MIXED_HIDDEN);
        SDVariable labelsAhead = ahead(labels, d); // [M, B, 1, L, D]
        SDVariable mixedLogits = named(decoder.logits(sd.reshape(mixed, mixedRows, d)), MIXED_LOGITS);
        SDVariable nll = named(afterThought(mixedLogits, mixed, labelsAhead), THOUGHT_NLL);
        SDVariable rewarded = nll;
        if (loss.reward().equals("thought")) {
            SDVariable alone = Detached.of(thought);
            rewarded = afterThought(decoder.logits(alone), sd.reshape(alone, byBlock), labelsAhead);
        }
        return new Likelihoods(base, nll, rewarded);
    }

    private SDVariable afterThought(SDVariable logits, SDVariable hidden, SDVariable labels) {
        SDVariable labelLogits =
                sd.reshape(sd.sum(hidden.mul(labels), true, 4), (long) sizes.lookahead() * sizes.stepRows(), 1);
        SDVariable nll = TokenLikelihood.negativeLog(sd, logits, labelLogits);
        return sd.reshape(nll, sizes.lookahead(), sizes.batch(), sizes.thoughts(), sizes.length());
    }

    /** Seen from k places on: [B·L, W] as [M, B, 1, L, W]. */
    private SDVariable ahead(SDVariable x, int width) {
        return Lookahead.of(sd, sd.reshape(x, sizes.batch(), sizes.length(), width), width, sizes, type);
    }

    private SDVariable advantage(Likelihoods likelihoods) {
        SDVariable valid = placeholder(VALID, sizes.batch(), 1, sizes.length());
        var rewards = new ThoughtReward(sd, sizes, loss, type);
        SDVariable baseAhead = sd.reshape(
                ahead(Detached.of(likelihoods.base), 1), sizes.lookahead(), sizes.batch(), 1, sizes.length());
        SDVariable reward = named(rewards.reward(baseAhead, Detached.of(likelihoods.rewarded), valid), REWARD);
        return named(Detached.of(rewards.advantage(reward, valid)), ADVANTAGE);
    }

    private SDVariable policy(SDVariable text, SDVariable all, SDVariable advantage) {
        SDVariable drawn = sd.placeHolder(DRAWN, DataType.INT32, (long) sizes.thoughtTokens() * sizes.stepRows());
        SDVariable steps = Rows.of(
                sd, all, sizes.firstRowOfStep(1), sizes.firstRowOfStep(sizes.thoughtTokens() + 1), model.hiddenSize());
        PolicyTerm.Result result = new PolicyTerm(sd, decoder, setup)
                .build(steps, drawn, advantage, placeholder(POLICY_WEIGHTS, sizes.batch(), 1, sizes.length()), text);
        named(result.logProbabilities(), LOG_POLICY);
        SDVariable policy =
                named(result.loss(), POLICY_LOSS).mul(scalar(setup.weights().policy()));
        return result.regularisation() == null ? policy : policy.add(result.regularisation());
    }

    private SDVariable placeholder(String name, long... shape) {
        return sd.placeHolder(name, type, shape);
    }

    private SDVariable scalar(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }

    private static SDVariable named(SDVariable x, String name) {
        x.rename(name);
        return x;
    }

    public SameDiff graph() {
        return sd;
    }

    public ThoughtSizes sizes() {
        return sizes;
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return GradientGraph.trainable(sd);
    }
}
