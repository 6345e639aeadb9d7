package org.quietstar.config;

import java.util.List;

/** Section {@code thought}: sizes and sampling of the hidden thoughts (paper, section 4). */
public record ThoughtConfig(
        @Key(
                value = "Sampled tokens T in one thought, markers not counted; the reference program's n_ahead"
                        + " is T + 3.",
                unit = "tokens",
                min = 1)
        int thoughtTokens,

        @Key(value = "True tokens M predicted after a thought, teacher forced.", unit = "tokens", min = 1)
        int lookahead,

        @Key(value = "Thoughts P drawn for every position.", min = 1)
        int thoughtsPerPosition,

        @Key(value = "Sampling temperature while training; 0 is greedy.", min = 0)
        double thoughtTemperature,

        @Key(
                value = "linear: the mixing weight is the head's raw output; sigmoid: squashed, with bias -5.",
                oneOf = {"linear", "sigmoid"})
        String mixer,

        @Key(
                value = "Text whose first token's embedding START and END begin as; the mean embedding where"
                        + " the tokenizer lacks it.")
        String initText,

        @Key(value = "START and END are multiplied by this on their way into the model.", min = 0)
        double embeddingScale,

        @Key(value = "Token ids that a thought never contains; the padding id is always among them.", min = 0)
        List<Integer> bannedIds) {

    public ThoughtConfig {
        bannedIds = List.copyOf(bannedIds);
    }

    public static ThoughtConfig defaults() {
        return new ThoughtConfig(9, 4, 2, 1.0, "linear", "---", 1.0, List.of());
    }
}
