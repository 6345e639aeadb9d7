package org.quietstar.thought;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.CrossEntropy;
import org.quietstar.model.Decoder;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.StopGradient;

/**
 * The likelihood part of the loss, {@code c·NLL_base + (1−c)·NLL_thought}, with the reward and the advantage of every
 * thought, as one static, differentiable graph (paper, sections 4.3 to 4.4.2; docs/algorithm.md, section 6): text and all
 * blocks go through the decoder together, teacher forced on the sampled thoughts. {@link LearningStep} differentiates it;
 * the rest of the objective is the {@link ReinforceLoss}.
 *
 * <p>{@link LearningInputs} fills the placeholders. All means are sums with weights from outside, so that padding does not
 * count and several micro-batches add up to one batch.
 */
public final class QuietStarLoss {
    /** c·NLL_base + (1−c)·NLL_thought, a scalar. */
    public static final String LOSS = "loss";
    /** NLL_base, a scalar. */
    public static final String BASE_LOSS = "loss.base";
    /** NLL_thought, a scalar. */
    public static final String THOUGHT_LOSS = "loss.thought";
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
    /** [B·L, V] */
    public static final String BASE_LOGITS = "logits.base";
    /** [M·B·P·L, V] */
    public static final String MIXED_LOGITS = "logits.mixed";

    private final SameDiff sd = LeanGraph.create();
    private final ModelConfig model;
    private final ThoughtLayout layout;
    private final LossConfig loss;
    private final DataType type;
    private final Decoder decoder;
    private final SDVariable hidden;
    private final SDVariable text;

    /**
     * Builds the graph.
     *
     * @param thinking a model that thinks
     * @param spec whose reward function is not read
     */
    public QuietStarLoss(ThinkingModel thinking, LossSpec spec, ThoughtLayout layout) {
        SameDiffFixes.install();
        this.model = thinking.config();
        this.layout = layout;
        this.loss = spec.config();
        this.type = thinking.dataType();
        this.decoder = new Decoder(sd, model, thinking.parameters(), layout.maxPosition());
        LossWeights weights = spec.weights();
        this.hidden = hidden(thinking);
        this.text = named(ThoughtLayout.rows(sd, hidden, 0, layout.textRows(), model.hiddenSize()), "hidden.text");
        Likelihoods likelihoods = likelihoods(thinking);
        SDVariable baseWeights = placeholder(LearningInputs.BASE_WEIGHTS, layout.textRows(), 1);
        SDVariable baseLoss = named(sd.sum(likelihoods.base.mul(baseWeights)), BASE_LOSS);
        SDVariable thoughtWeights =
                placeholder(LearningInputs.THOUGHT_WEIGHTS, layout.lookahead(), layout.batch(), 1, layout.length());
        SDVariable thoughtLoss = named(sd.sum(likelihoods.thought.mul(thoughtWeights)), THOUGHT_LOSS);
        named(baseLoss.mul(scalar(weights.base())).add(thoughtLoss.mul(scalar(weights.thought()))), LOSS);
        nameAdvantage(likelihoods);
    }

    private record Likelihoods(SDVariable base, SDVariable thought, SDVariable rewarded) {}

    private SDVariable hidden(ThinkingModel thinking) {
        int slots = layout.slots();
        SDVariable ids = sd.placeHolder(LearningInputs.IDS, DataType.INT32, layout.firstIdOfSlot(slots + 1));
        SDVariable embeddings = new ThoughtEmbeddings(sd, decoder, layout, thinking).textAndSlots(ids, slots);
        return decoder.layers(embeddings, new LearningPattern(sd, model, layout, slots, type))
                .normed();
    }

    /** NLL of every label, without thoughts [B·L, 1] and after them [M, B, P, L]. */
    private Likelihoods likelihoods(ThinkingModel thinking) {
        int d = model.hiddenSize();
        int m = layout.lookahead();
        long[] byBlock = {m, layout.batch(), layout.thoughts(), layout.length(), d};
        SDVariable labels =
                decoder.headRows(sd.placeHolder(LearningInputs.LABELS, DataType.INT32, layout.textRows())); // [B·L, D]

        SDVariable baseLogits = named(decoder.logits(text), BASE_LOGITS);
        SDVariable base = named(CrossEntropy.nll(sd, baseLogits, sd.sum(text.mul(labels), true, 1)), BASE_NLL);

        var head = new MixingHead(sd, decoder, thinking);
        SDVariable thought = ThoughtLayout.rows(sd, hidden, layout.firstRowOfSlot(layout.endSlot()), layout.rows(), d);
        SDVariable weight = named(head.weight(ahead(head.baseHalf(text), d), thought, layout), MIX_WEIGHT);
        SDVariable mixed = named(
                head.mix(
                        ahead(text, d),
                        sd.reshape(thought, byBlock),
                        sd.reshape(weight, m, layout.batch(), layout.thoughts(), layout.length(), 1)),
                MIXED_HIDDEN);
        SDVariable labelsAhead = ahead(labels, d); // [M, B, 1, L, D]
        SDVariable mixedLogits = named(decoder.logits(sd.reshape(mixed, layout.predictions(), d)), MIXED_LOGITS);
        SDVariable nll = named(afterThought(mixedLogits, mixed, labelsAhead), THOUGHT_NLL);
        SDVariable rewarded = nll;
        if (loss.reward() == RewardSource.THOUGHT) {
            SDVariable alone = StopGradient.of(thought);
            rewarded = afterThought(decoder.logits(alone), sd.reshape(alone, byBlock), labelsAhead);
        }
        return new Likelihoods(base, nll, rewarded);
    }

    private SDVariable afterThought(SDVariable logits, SDVariable hidden, SDVariable labels) {
        SDVariable labelLogits = sd.reshape(sd.sum(hidden.mul(labels), true, 4), layout.predictions(), 1);
        SDVariable nll = CrossEntropy.nll(sd, logits, labelLogits);
        return sd.reshape(nll, layout.lookahead(), layout.batch(), layout.thoughts(), layout.length());
    }

    /** Seen from k places on: [B·L, W] as [M, B, 1, L, W]. */
    private SDVariable ahead(SDVariable x, int width) {
        return ahead(sd, sd.reshape(x, layout.batch(), layout.length(), width), width, layout, type);
    }

    /**
     * Seen from k places further on: entry (k, b, p) of the result is entry (b, p + k) of the text, zero beyond the text.
     *
     * @param x per text position, [B, L, W]
     * @param width W
     * @return [M, B, 1, L, W]
     */
    static SDVariable ahead(SameDiff sd, SDVariable x, int width, ThoughtLayout layout, DataType type) {
        int batch = layout.batch();
        int length = layout.length();
        SDVariable padded = x;
        if (layout.lookahead() > 1) {
            padded = sd.concat(1, x, sd.constant(Nd4j.zeros(type, batch, layout.lookahead() - 1, width)));
        }
        List<SDVariable> shifted = new ArrayList<>();
        for (int k = 0; k < layout.lookahead(); k++) {
            SDVariable part = sd.slice(padded, new int[] {0, k, 0}, batch, length, width);
            shifted.add(sd.reshape(part, 1, batch, 1, length, width));
        }
        return shifted.size() == 1 ? shifted.get(0) : sd.concat(0, shifted.toArray(SDVariable[]::new));
    }

    private void nameAdvantage(Likelihoods likelihoods) {
        SDVariable valid = placeholder(LearningInputs.VALID, layout.batch(), 1, layout.length());
        var rewards = new Reward(sd, layout, loss, type);
        SDVariable baseAhead = sd.reshape(
                ahead(StopGradient.of(likelihoods.base), 1), layout.lookahead(), layout.batch(), 1, layout.length());
        SDVariable reward = named(rewards.reward(baseAhead, StopGradient.of(likelihoods.rewarded), valid), REWARD);
        named(StopGradient.of(rewards.advantage(reward, valid)), ADVANTAGE);
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

    /** The graph, whose arrays are the parameters'. */
    public SameDiff graph() {
        return sd;
    }

    Decoder decoder() {
        return decoder;
    }

    /** Final hidden states of all rows, [R, D]. */
    SDVariable hidden() {
        return hidden;
    }

    /** Final hidden states of the text, [B·L, D]. */
    SDVariable text() {
        return text;
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return GradientFunction.trainable(sd);
    }
}
