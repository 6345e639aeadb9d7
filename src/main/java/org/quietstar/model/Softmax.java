package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The parts of a softmax over each row, none of which overflows.
 *
 * @param shifted s, the logits less the largest of their row, [n, V]
 * @param weights w = exp s, unnormalised probabilities, the largest of each row 1, [n, V]
 * @param total Z = Σ w, [n, 1]
 */
public record Softmax(SDVariable shifted, SDVariable weights, SDVariable total) {

    /** Of the rows of logits, [n, V]. */
    public static Softmax of(SDVariable logits) {
        SameDiff sd = logits.getSameDiff();
        SDVariable shifted = logits.sub(sd.max(logits, true, 1));
        SDVariable weights = sd.math.exp(shifted);
        return new Softmax(shifted, weights, sd.sum(weights, true, 1));
    }

    /** log Z, [n, 1]: the logarithm of a row's probabilities is s less this. */
    public SDVariable logTotal() {
        return total.getSameDiff().math.log(total);
    }

    /** Entropy H = log Z − Σ w·s / Z of each row, in nats, [n, 1]. */
    public SDVariable entropy() {
        SDVariable mean = total.getSameDiff().sum(weights.mul(shifted), true, 1).div(total);
        return logTotal().sub(mean);
    }
}
