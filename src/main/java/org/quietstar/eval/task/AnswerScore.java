package org.quietstar.eval.task;

import java.util.Optional;

/**
 * What a model makes of one item.
 *
 * @param item the question
 * @param without without a thought
 * @param thinking with thoughts; empty for a model that does not think
 */
public record AnswerScore(AnswerItem item, Way without, Optional<Thinking> thinking) {

    /**
     * One way to answer.
     *
     * @param logs log-probabilities of the choices after the prompt, in nats, in the order of the item's choices
     * @param right whether the answer is right
     */
    public record Way(double[] logs, boolean right) {
        /** A choice among several: right where the right one is likelier than every other. */
        public static Way among(AnswerItem item, double... logs) {
            return new Way(logs, isRight(item.answer(), logs));
        }

        /** Index of the choice of greatest probability; the first of equal ones. */
        int chosen() {
            int best = 0;
            for (int i = 1; i < logs.length; i++) {
                best = logs[i] > logs[best] ? i : best;
            }
            return best;
        }

        /** Probability of a choice among all choices; of a number by itself. */
        double probability(int choice) {
            if (logs.length == 1) {
                return Math.exp(logs[choice]);
            }
            double largest = logs[chosen()];
            double total = 0;
            for (double log : logs) {
                total += Math.exp(log - largest);
            }
            return Math.exp(logs[choice] - largest) / total;
        }

        private static boolean isRight(int answer, double... logs) {
            for (int i = 0; i < logs.length; i++) {
                if (i != answer && !(logs[answer] > logs[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * What thoughts did.
     *
     * @param with after the model's own thoughts
     * @param shuffled after the thoughts that the model had at another item: a control, which shows whether it matters what
     *     a thought says; empty where there is no other item
     * @param words the thought before the answer
     * @param weight w, what the mixing head gave it
     */
    public record Thinking(Way with, Optional<Way> shuffled, String words, double weight) {}

    /** Right without a thought. */
    public boolean rightWithout() {
        return without.right;
    }

    /** Right with thoughts, if the model thinks. */
    public boolean rightWith() {
        return thinking.filter(t -> t.with.right).isPresent();
    }

    /** Right with another item's thoughts. */
    public boolean rightShuffled() {
        return thinking.flatMap(Thinking::shuffled).filter(Way::right).isPresent();
    }
}
