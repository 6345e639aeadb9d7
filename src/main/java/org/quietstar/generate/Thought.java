package org.quietstar.generate;

import java.util.List;

/**
 * What was thought before a token.
 *
 * @param ids t1 … tT
 * @param weight w, what the mixing head gave the thought
 */
public record Thought(List<Integer> ids, double weight) {
    public Thought {
        ids = List.copyOf(ids);
    }
}
