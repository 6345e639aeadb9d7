package org.quietstar.thought;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.model.CrossEntropy;
import org.quietstar.model.Decoder;
import org.quietstar.samediff.StopGradient;

/**
 * The REINFORCE loss (paper, section 4.4.3; docs/algorithm.md, section 6) of some sampled tokens: −A·log π at the reinforce
 * temperature, with the options of an entropy bonus and of a divergence from the base model's own next-token distribution
 * at the text position.
 *
 * <p>Training runs it in {@link ReinforceGradient}, for the tokens whose thought has an advantage. {@link ReferenceObjective}
 * builds it for all sampled tokens, for tests, notebooks and the comparison with recorded numbers.
 */
final class ReinforceLoss {
    /** Added to logits of banned ids; finite, since an entropy multiplies a logit by its probability, which is 0 here. */
    private static final double BANNED = -1e30;

    private final SameDiff sd;
    private final Decoder decoder;
    private final double policyWeight;
    private final LossConfig loss;
    private final DataType type;
    private final Optional<SDVariable> banned;

    ReinforceLoss(SameDiff sd, Decoder decoder, ThinkingModel model, LossSpec spec) {
        this.sd = sd;
        this.decoder = decoder;
        this.policyWeight = spec.weights().policy();
        this.loss = spec.config();
        this.type = model.dataType();
        List<Integer> ids = model.tokens().neverInThoughts();
        this.banned = ids.isEmpty()
                ? Optional.empty()
                : Optional.of(sd.constant(bannedMask(ids, model.config().vocabSize(), type)));
    }

    /** Whether tokens without an advantage have a part in the loss, too. */
    static boolean regularised(LossConfig loss) {
        return loss.entropyBonus() != 0 || loss.klWeight() != 0;
    }

    /** 0 for allowed ids and −1e30 for banned ones, [1, V]. */
    static INDArray bannedMask(List<Integer> bannedIds, int vocabSize, DataType type) {
        INDArray mask = Nd4j.zeros(type, 1, vocabSize);
        for (int id : bannedIds) {
            mask.putScalar(0, id, BANNED);
        }
        return mask;
    }

    /**
     * Some sampled tokens.
     *
     * @param hidden final hidden states that they were sampled from, [n, D]
     * @param ids INT32 [n]
     * @param weights of each one's term in the loss, [n, 1]
     * @param advantages A times the weight, without gradient, [n, 1]
     * @param textHidden final hidden state of each one's text position, [n, D]; asked for where the loss is regularised
     */
    record Tokens(
            SDVariable hidden,
            SDVariable ids,
            SDVariable weights,
            SDVariable advantages,
            Supplier<SDVariable> textHidden) {}

    /**
     * @param logits of the tokens, before any mask or temperature, [n, V]
     * @param nll −log π of each token, [n, 1]
     * @param policy Σ −A·log π, a scalar
     * @param total policyWeight·policy + regularisation, a scalar
     */
    record Terms(SDVariable logits, SDVariable nll, SDVariable policy, SDVariable total) {}

    /** The loss of some tokens. */
    Terms of(Tokens tokens) {
        SDVariable logits = decoder.logits(tokens.hidden());
        SDVariable nll = nll(tokens, logits);
        SDVariable policy = sd.sum(nll.mul(tokens.advantages()));
        SDVariable total = policy.mul(constant(policyWeight));
        if (regularised(loss)) {
            SDVariable each = regularisation(logits, tokens.textHidden().get());
            total = total.add(sd.sum(each.mul(tokens.weights())));
        }
        return new Terms(logits, nll, policy, total);
    }

    /** −log π at the reinforce temperature, [n, 1]. */
    private SDVariable nll(Tokens tokens, SDVariable logits) {
        SDVariable sampledLogits = sd.sum(tokens.hidden().mul(decoder.headRows(tokens.ids())), true, 1);
        double factor = 1 / loss.reinforceTemperature();
        return CrossEntropy.nll(sd, masked(scaled(logits, factor)), scaled(sampledLogits, factor));
    }

    /** Entropy bonus and divergence from the base model with their weights, [n, 1]. */
    private SDVariable regularisation(SDVariable logits, SDVariable textHidden) {
        SDVariable allowed = masked(logits);
        SDVariable logP = allowed.sub(CrossEntropy.logSumExp(sd, allowed));
        SDVariable p = sd.math.exp(logP);
        SDVariable total = scaled(sd.sum(p.mul(logP), true, 1), loss.entropyBonus() + loss.klWeight());
        if (loss.klWeight() > 0) {
            SDVariable baseLogits = masked(decoder.logits(StopGradient.of(textHidden)));
            SDVariable logBase = StopGradient.of(baseLogits.sub(CrossEntropy.logSumExp(sd, baseLogits)));
            total = total.sub(scaled(sd.sum(p.mul(logBase), true, 1), loss.klWeight()));
        }
        return total;
    }

    private SDVariable masked(SDVariable logits) {
        return banned.map(logits::add).orElse(logits);
    }

    private SDVariable scaled(SDVariable x, double factor) {
        return factor == 1 ? x : x.mul(constant(factor));
    }

    private SDVariable constant(double value) {
        return sd.constant(Nd4j.scalar(type, value));
    }
}
