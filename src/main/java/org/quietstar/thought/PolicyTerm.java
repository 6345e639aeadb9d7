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
import org.quietstar.model.Masks;
import org.quietstar.model.TokenLikelihood;

/**
 * The policy's part of the loss (paper, section 4.4.2): −A·log π of the drawn tokens, at the reinforce temperature, with
 * the options of an entropy bonus and of a divergence from the base model's own next-token distribution at the text
 * position.
 */
final class PolicyTerm {
    private final SameDiff sd;
    private final Decoder decoder;
    private final ThoughtSizes sizes;
    private final LossConfig loss;
    private final DataType type;
    private final SDVariable banned;
    private final int vocabSize;

    /** @param bannedIds ids whose logits do not count */
    PolicyTerm(
            SameDiff sd,
            Decoder decoder,
            ThoughtSizes sizes,
            LossConfig loss,
            List<Integer> bannedIds,
            int vocabSize,
            DataType type) {
        this.vocabSize = vocabSize;
        this.sd = sd;
        this.decoder = decoder;
        this.sizes = sizes;
        this.loss = loss;
        this.type = type;
        this.banned = bannedIds.isEmpty() ? null : sd.constant(bannedMask(bannedIds, vocabSize, type));
    }

    /** 0 for allowed ids and {@link Masks#HIDDEN} for banned ones, [1, V]. */
    static INDArray bannedMask(List<Integer> bannedIds, int vocabSize, DataType type) {
        INDArray mask = Nd4j.zeros(type, 1, vocabSize);
        for (int id : bannedIds) {
            mask.putScalar(0, id, Masks.HIDDEN);
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
        SDVariable drawnLogits = sd.sum(hidden.mul(decoder.headRows(drawn)), true, 1); // [T·B·P·L, 1]
        double temperature = loss.reinforceTemperature();
        SDVariable nll = TokenLikelihood.negativeLog(
                sd, masked(scaled(logits, 1 / temperature)), scaled(drawnLogits, 1 / temperature));
        SDVariable logProbabilities =
                sd.reshape(nll.neg(), sizes.thoughtTokens(), sizes.batch(), sizes.thoughts(), sizes.length());
        SDVariable sumOverTokens = sd.sum(logProbabilities, false, 0); // [B, P, L]
        SDVariable policy = sd.sum(advantage.mul(weights).mul(sumOverTokens)).neg();
        return new Result(logProbabilities, policy, regularisation(logits, baseHidden, weights));
    }

    private SDVariable regularisation(SDVariable logits, SDVariable baseHidden, SDVariable weights) {
        if (loss.entropyBonus() == 0 && loss.klWeight() == 0) {
            return null;
        }
        SDVariable allowed = masked(logits);
        SDVariable logP = allowed.sub(TokenLikelihood.logSum(sd, allowed)); // [T·B·P·L, V]
        SDVariable p = sd.math.exp(logP);
        SDVariable negativeEntropy = perPosition(p.mul(logP));
        SDVariable total = scaled(negativeEntropy, loss.entropyBonus() + loss.klWeight());
        if (loss.klWeight() > 0) {
            SDVariable baseLogits = masked(decoder.logits(Detached.of(baseHidden)));
            SDVariable logBase = baseLogits.sub(TokenLikelihood.logSum(sd, baseLogits));
            SDVariable spread = sd.reshape(Detached.of(logBase), 1, sizes.batch(), 1, sizes.length(), vocabSize);
            SDVariable split =
                    sd.reshape(p, sizes.thoughtTokens(), sizes.batch(), sizes.thoughts(), sizes.length(), vocabSize);
            SDVariable cross = perPosition(
                    sd.reshape(split.mul(spread), (long) sizes.thoughtTokens() * sizes.stepRows(), vocabSize));
            total = total.sub(scaled(cross, loss.klWeight()));
        }
        return sd.sum(total.mul(weights));
    }

    /** Sum over the vocabulary and the T tokens, [T·B·P·L, V] to [B, P, L]. */
    private SDVariable perPosition(SDVariable x) {
        SDVariable rows = sd.sum(x, true, 1);
        return sd.sum(
                sd.reshape(rows, sizes.thoughtTokens(), sizes.batch(), sizes.thoughts(), sizes.length()), false, 0);
    }

    private SDVariable masked(SDVariable logits) {
        return banned == null ? logits : logits.add(banned);
    }

    private SDVariable scaled(SDVariable x, double factor) {
        return factor == 1 ? x : x.mul(sd.constant(Nd4j.scalar(type, factor)));
    }
}
