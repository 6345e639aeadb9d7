package org.quietstar.thought;

import java.util.Arrays;
import java.util.List;

/**
 * Your own reward for a thought, in place of how much more likely it made the text:
 *
 * <pre>{@code
 * RewardFunction more = thought -> thought.reward() + (thought.contains(65) ? 0.1 : 0); // adds to the paper's
 * RewardFunction other = thought -> thought.contains(65) ? 1 : 0;                        // replaces it
 * }</pre>
 *
 * <p>It takes the place of r before the baseline: the advantage is what it is of any reward (section {@code loss} of the
 * recipe), and REINFORCE raises the probability of thoughts that got more than the others of the same position. A reward
 * has no gradient of its own: it need not be differentiable, and nothing but the thoughts' probabilities learns from it;
 * the likelihood terms of the loss stay as they are.
 *
 * <p>Called in the training thread for every thought of every step that has all its targets; it should be quick, and give
 * the same for the same thought if the run is to be repeatable.
 */
@FunctionalInterface
public interface RewardFunction {

    /** The reward, a finite number; the larger the better. */
    double of(RewardedThought thought);

    /**
     * A thought that was sampled in training.
     *
     * @param text ids of the whole sequence, padding left out
     * @param position p: the thought comes after {@code text[p]}
     * @param ids t1 … tT
     * @param lookahead M: how many tokens after p it was rewarded for
     * @param reward what the paper gives it: how much likelier it made those tokens, in nats
     */
    record RewardedThought(List<Integer> text, int position, int[] ids, int lookahead, double reward) {
        public RewardedThought {
            ids = ids.clone();
        }

        @Override
        public int[] ids() {
            return ids.clone();
        }

        /** The text up to the thought. */
        public List<Integer> before() {
            return text.subList(0, position + 1);
        }

        /** The tokens that the thought was to make likelier. */
        public List<Integer> next() {
            return text.subList(position + 1, position + 1 + lookahead);
        }

        /** Whether the thought contains a token. */
        public boolean contains(int id) {
            return Arrays.stream(ids).anyMatch(each -> each == id);
        }
    }
}
