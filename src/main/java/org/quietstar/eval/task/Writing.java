package org.quietstar.eval.task;

import java.util.Optional;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/**
 * How answers are written out, where they are: at once, or by chain of thought (Wei et al. 2022), the reasoning written
 * aloud before the answer (zero shot: Kojima et al. 2022).
 *
 * @param answerTokens tokens that an answer takes at most, 1 or more
 * @param extract what of the written text is the answer: the first group; empty for what the kind of answers says
 * @param reasoning texts of the task for a chain of thought; empty for a task that names none
 * @param votes where chains of thought are asked for, how many; empty for answers at once
 */
public record Writing(
        int answerTokens, Optional<Pattern> extract, Optional<Reasoning> reasoning, Optional<Votes> votes) {
    /** Tokens of an answer where nothing else is said. */
    public static final int DEFAULT_ANSWER_TOKENS = 32;

    /** Tokens of a reasoning where nothing else is said. */
    public static final int DEFAULT_REASONING_TOKENS = 256;

    /** Of a task that says nothing of it. */
    public static final Writing DEFAULT =
            new Writing(DEFAULT_ANSWER_TOKENS, Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Texts of a chain of thought.
     *
     * @param beginning what the reasoning begins with, such as {@code Let's think step by step.}
     * @param end text that ends the reasoning; empty for the end of the text alone
     * @param tokens that the reasoning takes at most, 1 or more
     * @param conclusion what leads from the reasoning to the answer, such as {@code \nTherefore, the answer is}
     */
    public record Reasoning(String beginning, String end, int tokens, String conclusion) {}

    /**
     * Chains of thought whose answers vote.
     *
     * @param count k of the paper's cot-maj@k, 1 or more
     * @param temperature at which a reasoning is sampled; 0 is greedy, and then there is one
     */
    public record Votes(int count, double temperature) {
        /** Of several votes where nothing else is said. */
        public static final double DEFAULT_TEMPERATURE = 0.7;

        public Votes {
            if (count < 1) {
                throw new QuietStarException("votes is " + count + "; it must be 1 or more");
            }
            if (!(temperature >= 0 && Double.isFinite(temperature))) {
                throw new QuietStarException("temperature is " + temperature + "; it must be 0 (greedy) or more");
            }
            if (count > 1 && temperature == 0) {
                throw new QuietStarException("votes is " + count + " at temperature 0: all would be the same; give a"
                        + " temperature above 0, or one vote");
            }
        }

        /** So many votes, greedy where it is one. */
        public static Votes of(int count) {
            return new Votes(count, count == 1 ? 0 : DEFAULT_TEMPERATURE);
        }
    }

    /** The same with chains of thought asked for. */
    Writing voted(Votes wanted) {
        return new Writing(answerTokens, extract, reasoning, Optional.of(wanted));
    }
}
