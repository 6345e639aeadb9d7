package org.quietstar.tokenizer;

import java.nio.file.Path;
import org.quietstar.QuietStarException;
import org.quietstar.config.TokenizerConfig;

/** Opens the tokenizer that a configuration names. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer of section {@code tokenizer}. The caller closes it.
     *
     * @throws QuietStarException for a file that is no tokenizer
     */
    public static Tokenizer open(TokenizerConfig config) {
        return switch (config.kind()) {
            case BYTE -> new ByteTokenizer();
            case HUGGINGFACE -> HfTokenizer.open(Path.of(config.path()));
        };
    }

    /**
     * Checks that every id has a row in the model's embedding table. An added padding id need not: nothing reads what
     * becomes of padding.
     *
     * @throws QuietStarException where the model knows fewer tokens
     */
    public static void requireFits(Tokenizer tokenizer, int modelVocabSize) {
        boolean lacksPaddingAlone =
                modelVocabSize == tokenizer.padId() && tokenizer.padId() == tokenizer.vocabSize() - 1;
        if (modelVocabSize < tokenizer.vocabSize() && !lacksPaddingAlone) {
            throw new QuietStarException("model.vocabSize: " + modelVocabSize + " is less than the tokenizer's "
                    + tokenizer.vocabSize() + " ids; take the tokenizer that the model was trained with, or, for a new"
                    + " model, set model.vocabSize to that, or to 0 to follow the tokenizer");
        }
    }

    /** {@code id}, if there is such an id. */
    static int requireInRange(int id, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException("token id " + id + " is not within 0.." + (vocabSize - 1));
        }
        return id;
    }
}
