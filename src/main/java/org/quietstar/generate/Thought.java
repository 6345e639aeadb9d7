package org.quietstar.generate;

import java.util.List;

/**
 * What was thought before a token.
 *
 * @param ids t1 … tT; none where the model pauses instead of thinking, for pauses are no words
 * @param weight w, what the mixing head gave the thought
 */
public record Thought(List<Integer> ids, double weight) {
    public Thought {
        ids = List.copyOf(ids);
    }

    /** t1 … tT as a tokenizer takes them. */
    public int[] tokens() {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether it is made of pauses, which say nothing. */
    public boolean isPause() {
        return ids.isEmpty();
    }
}
