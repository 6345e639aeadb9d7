package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.Detached;
import org.quietstar.model.TokenLikelihood;
import org.quietstar.samediff.ScatterAddGather;

/**
 * The policy's part of the loss (paper, section 4.4.2): −A·log π of the drawn tokens, at the reinforce temperature, with
 * the options of an entropy bonus and of a divergence from the base model's own next-token distribution at the text
 * position.
 */
final class PolicyTerm {
    /** Added to logits of banned ids; finite, since an entropy multiplies a logit by its probability, which is 0 here. */
    private static final double BANNED = -1e30;

    private final SameDiff sd;
    private final Decoder decoder;
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final DataType type;
    private final SDVariable banned;

    PolicyTerm(SameDiff sd, Decoder decoder, QuietStarSetup setup) {
        this.sd = sd;
        this.decoder = decoder;
        this.sizes = setup.sizes();
        this.loss = setup.loss();
        this.type = setup.type();
        this.banned = setup.bannedIds().isEmpty()
                ? null
                : sd.constant(bannedMask(setup.bannedIds(), setup.model().vocabSize(), type));
    }

    /** 0 for allowed ids and {@link #BANNED} for banned ones, [1, V]. */
    static INDArray bannedMask(List<Integer> bannedIds, int vocabSize, DataType type) {
        INDArray mask = Nd4j.zeros(type, 1, vocabSize);
        for (int id : bannedIds) {
            mask.putScalar(0, id, BANNED);
        }
        return mask;
    }

    /**
     * @param logProbabilities log π of the drawn tokens, [T, B, P, L]
     * @param loss mean of −A·log π, a scalar
     * @param regularisation entropy bonus and divergence with their weights, a scalar, or null where both are off
     */
    record Result(SDVariable logProbabilities, SDVariable loss, SDVariable regularisation) {}

    /**
     * @param hidden final hidden states of steps 1 … T, [T·B·P·L, D]
     * @param drawn ids of t1 … tT, INT32 [T·B·P·L]
     * @param advantage detached, [B, P, L]
     * @param weights of each position's term, [B, 1, L]; they sum to 1/(T·P)
     * @param baseHidden final hidden states of the text, [B·L, D]
     */
    Result build(SDVariable hidden, SDVariable drawn, SDVariable advantage, SDVariable weights, SDVariable baseHidden) {
        SDVariable logits = decoder.logits(hidden);
        logits.rename(QuietStarGraph.THOUGHT_LOGITS);
        SDVariable logProbabilities =
                byThought(negativeLog(hidden, logits, drawn).neg());
        SDVariable sumOverTokens = sd.sum(logProbabilities, false, 0); // [B, P, L]
        SDVariable policy = sd.sum(advantage.mul(weights).mul(sumOverTokens)).neg();
        if (loss.entropyBonus() == 0 && loss.klWeight() == 0) {
            return new Result(logProbabilities, policy, null);
        }
        SDVariable textRows = sd.constant(Nd4j.createFromArray(textRows()));
        SDVariable text = new ScatterAddGather(sd, baseHidden, textRows).outputVariable();
        SDVariable each = sd.sum(byThought(regularisation(logits, text)), false, 0);
        return new Result(logProbabilities, policy, sd.sum(each.mul(weights)));
    }

    /** [T·B·P·L, 1] as [T, B, P, L] */
    private SDVariable byThought(SDVariable rows) {
        return sd.reshape(rows, sizes.thoughtTokens(), sizes.batch(), sizes.thoughts(), sizes.length());
    }

    /** The text row of each drawn token. */
    private int[] textRows() {
        int[] rows = new int[sizes.thoughtTokens() * sizes.stepRows()];
        for (int i = 0; i < rows.length; i++) {
            int block = i % sizes.stepRows();
            rows[i] = block / (sizes.length() * sizes.thoughts()) * sizes.length() + block % sizes.length();
        }
        return rows;
    }

    /**
     * −log π of drawn tokens at the reinforce temperature.
     *
     * @param hidden final hidden states that they were drawn from, [n, D]
     * @param logits of them, [n, V]
     * @param drawn INT32 [n]
     * @return [n, 1]
     */
    SDVariable negativeLog(SDVariable hidden, SDVariable logits, SDVariable drawn) {
        SDVariable drawnLogits = sd.sum(hidden.mul(decoder.headRows(drawn)), true, 1);
        double factor = 1 / loss.reinforceTemperature();
        return TokenLikelihood.negativeLog(sd, masked(scaled(logits, factor)), scaled(drawnLogits, factor));
    }

    /**
     * Entropy bonus and divergence from the base model with their weights.
     *
     * @param logits of the thoughts' states, [n, V]
     * @param baseHidden final hidden state of each one's text position, [n, D]
     * @return [n, 1]
     */
    SDVariable regularisation(SDVariable logits, SDVariable baseHidden) {
        SDVariable allowed = masked(logits);
        SDVariable logP = allowed.sub(TokenLikelihood.logSum(sd, allowed));
        SDVariable p = sd.math.exp(logP);
        SDVariable total = scaled(sd.sum(p.mul(logP), true, 1), loss.entropyBonus() + loss.klWeight());
        if (loss.klWeight() > 0) {
            SDVariable baseLogits = masked(decoder.logits(Detached.of(baseHidden)));
            SDVariable logBase = Detached.of(baseLogits.sub(TokenLikelihood.logSum(sd, baseLogits)));
            total = total.sub(scaled(sd.sum(p.mul(logBase), true, 1), loss.klWeight()));
        }
        return total;
    }

    private SDVariable masked(SDVariable logits) {
        return banned == null ? logits : logits.add(banned);
    }

    private SDVariable scaled(SDVariable x, double factor) {
        return factor == 1 ? x : x.mul(sd.constant(Nd4j.scalar(type, factor)));
    }
}
