package org.quietstar.config;

import java.util.Optional;

/**
 * What a folder with a pretrained model states about the model.
 *
 * @param source file that says it, as messages name it
 * @param model its sizes
 * @param tokenizer its tokenizer, if it has one
 */
public record Pretrained(String source, ModelConfig model, Optional<TokenizerConfig> tokenizer) {

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
