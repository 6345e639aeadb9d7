package org.quietstar.generate;

import java.util.Optional;

/**
 * A token of the generated text.
 *
 * @param logProbability log of its probability under the model, thought included, before temperature, penalty and limits;
 *     in nats
 * @param thought empty where nothing was thought
 */
public record GeneratedToken(int id, double logProbability, Optional<Thought> thought) {}
