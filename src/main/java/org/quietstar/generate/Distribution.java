package org.quietstar.generate;

/** The model's own next-token distribution over the ids that may come next, at temperature 1. */
final class Distribution {
    private final double[] logits;
    private final boolean[] banned;
    private final double logTotal;

    /**
     * @param logits [V]
     * @param banned ids of probability 0, [V]
     */
    Distribution(double[] logits, boolean[] banned) {
        this.logits = logits;
        this.banned = banned;
        double largest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            largest = banned[id] ? largest : Math.max(largest, logits[id]);
        }
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            total += banned[id] ? 0 : Math.exp(logits[id] - largest);
        }
        this.logTotal = largest + Math.log(total);
    }

    double[] logits() {
        return logits;
    }

    /** Log-probability of an id, in nats. */
    double logProbability(int id) {
        return banned[id] ? Double.NEGATIVE_INFINITY : logits[id] - logTotal;
    }

    /** Entropy, in nats. */
    double entropy() {
        double entropy = 0;
        for (int id = 0; id < logits.length; id++) {
            double log = logProbability(id);
            entropy -= log > -700 ? Math.exp(log) * log : 0;
        }
        return entropy;
    }
}
