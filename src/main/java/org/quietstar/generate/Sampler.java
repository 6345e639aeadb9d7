package org.quietstar.generate;

import java.util.Arrays;

/** Draws ids as a {@link Sampling} says. Holds work arrays; for one thread. */
final class Sampler {
    private final Sampling sampling;
    private final boolean[] banned;
    private final double[] weights;
    private final long[] order;

    /** @param banned ids that are never drawn, [V]; at least one is not banned */
    Sampler(Sampling sampling, boolean... banned) {
        this.sampling = sampling;
        this.banned = banned.clone();
        this.weights = new double[banned.length];
        this.order = new long[banned.length];
    }

    /**
     * Draws an id.
     *
     * @param logits [V], not changed
     * @param seen ids that the repetition penalty applies to, [V]
     * @param uniform in [0, 1): the same number gives the same id
     */
    int draw(double[] logits, boolean[] seen, double uniform) {
        int best = penalise(logits, seen);
        return sampling.temperature() == 0 ? best : drawTempered(best, uniform);
    }

    /** Fills the weights with penalised logits, −∞ where banned, and gives the place of the largest. */
    private int penalise(double[] logits, boolean... seen) {
        double penalty = sampling.repetitionPenalty();
        int best = -1;
        for (int id = 0; id < weights.length; id++) {
            double logit = logits[id];
            if (penalty != 1 && seen[id]) {
                logit = logit > 0 ? logit / penalty : logit * penalty;
            }
            weights[id] = banned[id] || Double.isNaN(logit) ? Double.NEGATIVE_INFINITY : logit;
            if (!banned[id] && (best < 0 || weights[id] > weights[best])) {
                best = id;
            }
        }
        return best;
    }

    private int drawTempered(int best, double uniform) {
        double largest = weights[best];
        if (largest == Double.NEGATIVE_INFINITY) {
            return best; // no logit is a number
        }
        for (int id = 0; id < weights.length; id++) {
            weights[id] = Math.exp((weights[id] - largest) / sampling.temperature());
        }
        if (sampling.topK() == 0 && sampling.topP() == 1) {
            return drawAbove(sampling.minP(), best, uniform);
        }
        int kept = sort();
        kept = sampling.topK() == 0 ? kept : Math.min(kept, sampling.topK());
        kept = firstOfMass(kept);
        return drawFirst(kept, uniform);
    }

    /** Draws among the ids of weight {@code least} or more, in their own order. The largest weight is 1. */
    private int drawAbove(double least, int best, double uniform) {
        double total = 0;
        for (double weight : weights) {
            total += weight >= least ? weight : 0;
        }
        double cumulative = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] >= least && weights[id] > 0) {
                cumulative += weights[id];
                if (cumulative > uniform * total) {
                    return id;
                }
            }
        }
        return best; // the product was rounded up to the total
    }

    /** Puts the ids of positive weight in order, the heaviest first, of equal ones the smaller first; gives their number. */
    private int sort() {
        int count = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] > 0) {
                // Positive floats are ordered as their bits; sorting goes up.
                order[count++] = (long) -Float.floatToIntBits((float) weights[id]) << Integer.SIZE | id;
            }
        }
        Arrays.sort(order, 0, count);
        return count;
    }

    private double weightAt(int place) {
        return weights[(int) order[place]];
    }

    /** How many of the first {@code kept} have the mass top-p, and of these weigh enough for min-p. */
    private int firstOfMass(int kept) {
        double total = 0;
        for (int i = 0; i < kept; i++) {
            total += weightAt(i);
        }
        double cumulative = 0;
        int count = 0;
        while (count < kept && (count == 0 || cumulative < sampling.topP() * total)) {
            cumulative += weightAt(count++);
        }
        while (count > 1 && weightAt(count - 1) < sampling.minP()) {
            count--;
        }
        return count;
    }

    private int drawFirst(int kept, double uniform) {
        double total = 0;
        for (int i = 0; i < kept; i++) {
            total += weightAt(i);
        }
        double cumulative = 0;
        for (int i = 0; i < kept; i++) {
            cumulative += weightAt(i);
            if (cumulative > uniform * total) {
                return (int) order[i];
            }
        }
        return (int) order[0];
    }
}
