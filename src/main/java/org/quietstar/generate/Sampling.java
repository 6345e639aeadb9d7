package org.quietstar.generate;

import org.quietstar.QuietStarException;

/**
 * How the next token is drawn from the logits. The steps, in this order:
 *
 * <ol>
 *   <li>ids that may never be drawn, such as padding, get probability 0;
 *   <li>repetition penalty r: the logit of each id that is in the prompt or in the generated text is divided by r
 *       where it is positive and multiplied by r where it is negative (Keskar et al. 2019);
 *   <li>temperature 0: the largest logit wins, of equal ones the smallest id, and nothing below applies; else logits are
 *       divided by the temperature and become probabilities;
 *   <li>top-k: the k most probable ids stay, of equal ones the smaller ids;
 *   <li>top-p: of those, renormalised, the fewest most probable ones stay whose probabilities sum to p or more;
 *   <li>min-p: of those, the ones with at least min-p times the largest probability stay;
 *   <li>what stays is renormalised and one id is drawn.
 * </ol>
 *
 * @param temperature 0 or more; 0 is greedy
 * @param topK 1 or more; 0 is no limit
 * @param topP over 0, at most 1; 1 is no limit
 * @param minP 0 to 1; 0 is no limit
 * @param repetitionPenalty over 0; 1 is none, more than 1 makes repetition less likely
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty) {
    /** From the model's own distribution. */
    public static final Sampling PLAIN = new Sampling(1, 0, 1, 0, 1);

    public Sampling {
        ensure(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature, "0 (greedy) or more");
        ensure(topK >= 0, "top-k", topK, "1 or more, or 0 for no limit");
        ensure(topP > 0 && topP <= 1, "top-p", topP, "more than 0 and at most 1 (no limit)");
        ensure(minP >= 0 && minP <= 1, "min-p", minP, "0 (no limit) to 1");
        ensure(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition-penalty",
                repetitionPenalty,
                "more than 0; 1 is none");
    }

    private static void ensure(boolean right, String name, Number value, String allowed) {
        if (!right) {
            throw new QuietStarException(name + " is " + value + "; it must be " + allowed);
        }
    }

    /** Without limits, at a temperature. */
    public static Sampling atTemperature(double temperature) {
        return new Sampling(temperature, 0, 1, 0, 1);
    }
}
