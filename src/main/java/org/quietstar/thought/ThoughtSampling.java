package org.quietstar.thought;

/** How a thought's next token is drawn from the logits. */
public sealed interface ThoughtSampling {

    /** The likeliest token. */
    record Greedy() implements ThoughtSampling {}

    /** An exact categorical sample at {@code temperature} > 0, from one uniform number for each row. */
    record Categorical(double temperature) implements ThoughtSampling {}

    /** The largest of logits / {@code temperature} + given noise; with Gumbel noise an exact sample. */
    record GivenNoise(double temperature) implements ThoughtSampling {}

    /** The given tokens, whatever the logits are. */
    record GivenTokens() implements ThoughtSampling {}

    /** Categorical, or greedy at temperature 0. */
    static ThoughtSampling atTemperature(double temperature) {
        return temperature == 0 ? new Greedy() : new Categorical(temperature);
    }
}
