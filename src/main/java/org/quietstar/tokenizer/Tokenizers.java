package org.quietstar.tokenizer;

import java.nio.file.Path;
import java.util.List;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.BeginOfText;
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

    /** Whether two tokenizers give the same tokens the same ids, however their files are written. */
    public static boolean sameTokens(TokenizerConfig one, TokenizerConfig other) {
        if (one.kind() != other.kind()) {
            return false;
        }
        return switch (one.kind()) {
            case BYTE -> true;
            case HUGGINGFACE ->
                TokenizerJson.read(Path.of(one.path())).sameTokens(TokenizerJson.read(Path.of(other.path())));
        };
    }

    /**
     * The ids that every document and every prompt begins with.
     *
     * @throws QuietStarException where the setting asks for an id that the tokenizer does not have
     */
    public static List<Integer> textPrefix(Tokenizer tokenizer, BeginOfText begin) {
        return switch (begin) {
            case AUTO -> tokenizer.textPrefix();
            case OFF -> List.of();
            case ON -> {
                if (tokenizer.bosId() < 0) {
                    throw new QuietStarException(
                            "data.beginOfText: on, but the tokenizer has no token that begins a text;"
                                    + " state bos_token_id in the config.json beside tokenizer.json, or leave the key out");
                }
                yield List.of(tokenizer.bosId());
            }
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
