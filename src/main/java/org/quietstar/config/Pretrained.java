package org.quietstar.config;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a folder with a pretrained model states about the model.
 *
 * @param source file that says it, as messages name it
 * @param model its sizes
 * @param tokenizer its tokenizer, if it has one
 * @param agrees whether another tokenizer is the same
 * @param thought settings under which it learned to think, if it did
 */
public record Pretrained(
        String source,
        ModelConfig model,
        Optional<TokenizerConfig> tokenizer,
        Predicate<TokenizerConfig> agrees,
        Optional<ThoughtConfig> thought) {

    /** Finds out what lies at {@code model.weights}. This package knows no files of models. */
    @FunctionalInterface
    public interface Finder {
        /** What the folder states about its model; empty where there are weights alone. */
        Optional<Pretrained> find(String weights);

        /** Takes sizes and tokenizer from the recipe alone. */
        static Finder none() {
            return weights -> Optional.empty();
        }
    }
}
