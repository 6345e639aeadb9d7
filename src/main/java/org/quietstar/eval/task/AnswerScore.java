package org.quietstar.eval.task;

import java.util.Optional;

/**
 * What a model makes of one item. Log-probabilities are of whole choices after the prompt, in nats, in the order of the
 * task's choices.
 *
 * @param item the question
 * @param without without a thought, [choices]
 * @param thinking with thoughts; empty for a model that does not think
 */
public record AnswerScore(AnswerItem item, double[] without, Optional<Thinking> thinking) {

    /**
     * What thoughts did.
     *
     * @param with log-probabilities after the model's own thoughts, [choices]
     * @param shuffled the same after the thoughts that the model had at another item: a control, which shows whether it
     *     matters what a thought says; empty where there is no other item
     * @param words the thought before the answer
     * @param weight w, what the mixing head gave it
     */
    public record Thinking(double[] with, Optional<double[]> shuffled, String words, double weight) {}

    /** Index of the choice of greatest probability; the first of equal ones. */
    static int chosen(double... logProbabilities) {
        int best = 0;
        for (int i = 1; i < logProbabilities.length; i++) {
            best = logProbabilities[i] > logProbabilities[best] ? i : best;
        }
        return best;
    }

    /** Whether the right answer has a greater probability than every other choice. */
    boolean isRight(double... logProbabilities) {
        double right = logProbabilities[item.answer()];
        for (int i = 0; i < logProbabilities.length; i++) {
            if (i != item.answer() && !(right > logProbabilities[i])) {
                return false;
            }
        }
        return true;
    }

    /** Probability of a choice among all choices. */
    static double probability(int choice, double... logProbabilities) {
        double largest = logProbabilities[chosen(logProbabilities)];
        double total = 0;
        for (double log : logProbabilities) {
            total += Math.exp(log - largest);
        }
        return Math.exp(logProbabilities[choice] - largest) / total;
    }

    /** Right without a thought. */
    public boolean rightWithout() {
        return isRight(without);
    }

    /** Right with thoughts, if the model thinks. */
    public boolean rightWith() {
        return thinking.filter(t -> isRight(t.with())).isPresent();
    }

    /** Right with another item's thoughts. */
    public boolean rightShuffled() {
        return thinking.flatMap(Thinking::shuffled).filter(this::isRight).isPresent();
    }
}
