package org.quietstar.eval.task;

import java.util.List;
import java.util.Optional;

/**
 * What a model makes of one item.
 *
 * @param item the question
 * @param without without a thought
 * @param thinking with thoughts; empty for a model that does not think
 */
public record AnswerScore(AnswerItem item, Way without, Optional<Thinking> thinking) {

    /** One way to answer. */
    public sealed interface Way {
        /** Whether the answer is right. */
        boolean right();

        /** The answer; empty where there is none, or where it is only known not to be the right one. */
        Optional<String> answer(AnswerItem item);

        /** A choice among several: right where the right one is likelier than every other. */
        static Likelihoods among(AnswerItem item, double... logs) {
            return new Likelihoods(logs, Likelihoods.isRight(item.answer(), logs));
        }
    }

    /**
     * An answer that the model holds the likeliest.
     *
     * @param logs log-probabilities of the choices after the prompt, in nats, in the order of the item's choices
     * @param right whether the answer is right
     */
    public record Likelihoods(double[] logs, boolean right) implements Way {
        @Override
        public Optional<String> answer(AnswerItem item) {
            return logs.length > 1 || right ? Optional.of(item.choices().get(chosen())) : Optional.empty();
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
     * An answer that the model wrote.
     *
     * @param votes one or more
     * @param answer of the majority; empty where no vote has one
     * @param right whether it is right
     */
    public record Written(List<Vote> votes, Optional<String> answer, boolean right) implements Way {
        public Written {
            votes = List.copyOf(votes);
        }

        @Override
        public Optional<String> answer(AnswerItem item) {
            return answer;
        }

        /** The first vote for the answer that counts; the first of all where none has an answer. */
        Vote first() {
            return votes.stream()
                    .filter(vote -> vote.answer().equals(answer))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * An answer as it was written.
     *
     * @param reasoning what was written before it by chain of thought; empty otherwise
     * @param text the text that holds the answer
     * @param answer what was taken from the text; empty where it holds none
     */
    public record Vote(String reasoning, String text, Optional<String> answer) {}

    /**
     * What thoughts did.
     *
     * @param with after the model's own thoughts
     * @param shuffled after the thoughts that the model had at another item: a control, which shows whether it matters what
     *     a thought says; empty where there is no other item, and for answers that are written
     * @param words the thought before the answer, of a vote the first one's
     * @param weight w, what the mixing head gave it
     */
    public record Thinking(Way with, Optional<Way> shuffled, String words, double weight) {}

    /** The answer with thoughts, if the model thinks, or without one. */
    Optional<Way> way(boolean with) {
        return with ? thinking.map(Thinking::with) : Optional.of(without);
    }

    /** Right without a thought. */
    public boolean rightWithout() {
        return without.right();
    }

    /** Right with thoughts, if the model thinks. */
    public boolean rightWith() {
        return thinking.filter(t -> t.with.right()).isPresent();
    }

    /** Right with another item's thoughts. */
    public boolean rightShuffled() {
        return thinking.flatMap(Thinking::shuffled).filter(Way::right).isPresent();
    }
}
