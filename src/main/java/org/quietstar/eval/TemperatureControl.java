package org.quietstar.eval;

/**
 * The control of a gain: how much the base model alone gains when all its distributions are sharpened, or flattened, by one
 * temperature. It is fitted on one half of the documents and used on the other, so that it knows no more of a token than the
 * thoughts do. Whatever a thought gains beyond this is not a matter of confidence alone.
 */
final class TemperatureControl {
    private final TokenScores scores;
    private final int[] document;
    /** Index into {@link BaseDistribution#TEMPERATURES} of what is used on the even and on the odd documents; -1 for 1. */
    private final int[] chosen = new int[2];

    /** @param document of each token, from 0, [n] */
    TemperatureControl(TokenScores scores, int[] document) {
        this.scores = scores;
        this.document = document;
        for (int half = 0; half < 2; half++) {
            chosen[half] = fit(1 - half);
        }
    }

    /** The temperature with the lowest NLL on a half; 1 where the half is empty. */
    private int fit(int half) {
        double[] gains = new double[BaseDistribution.TEMPERATURES.length];
        for (int i = 0; i < scores.size(); i++) {
            for (int t = 0; t < gains.length && document[i] % 2 == half; t++) {
                gains[t] += scores.base(i) - scores.tempered(i, t);
            }
        }
        int best = -1;
        for (int t = 0; t < gains.length; t++) {
            if (gains[t] > (best < 0 ? 0 : gains[best])) {
                best = t;
            }
        }
        return best;
    }

    /** What the base gains on token {@code i} at the temperature that was fitted on the other half, in nats. */
    double gain(int i) {
        int temperature = chosen[document[i] % 2];
        return temperature < 0 ? 0 : scores.base(i) - scores.tempered(i, temperature);
    }

    /** The temperature that is used on the even (0) or on the odd (1) documents. */
    double temperature(int half) {
        return chosen[half] < 0 ? 1 : BaseDistribution.TEMPERATURES[chosen[half]];
    }
}
