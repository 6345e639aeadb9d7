package org.quietstar.generate;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A token of a text.
 *
 * @param logProbability log of its probability under the model, thought included, before temperature, penalty and limits;
 *     in nats
 * @param baseLogProbability the same without the thought; empty where {@link GenerateOptions#compare} did not ask for it
 *     and it was not needed
 * @param thought empty where nothing was thought
 */
public record GeneratedToken(
        int id, double logProbability, OptionalDouble baseLogProbability, Optional<Thought> thought) {

    /** By how much the thought made the token more likely, in nats; empty where nothing was thought or compared. */
    public OptionalDouble gain() {
        return thought.isPresent() && baseLogProbability.isPresent()
                ? OptionalDouble.of(logProbability - baseLogProbability.getAsDouble())
                : OptionalDouble.empty();
    }
}
