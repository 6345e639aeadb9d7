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
     * @throws QuietStarException for an unknown kind, a path that is missing or too much, or a file that is no tokenizer
     */
    public static Tokenizer open(TokenizerConfig config) {
        return switch (config.kind()) {
            case "byte" -> {
                if (!config.path().isBlank()) {
                    throw new QuietStarException("tokenizer.path is \"" + config.path()
                            + "\", but tokenizer.kind byte reads no file: set tokenizer.kind: huggingface, or remove"
                            + " tokenizer.path");
                }
                yield new ByteTokenizer();
            }
            case "huggingface" -> {
                if (config.path().isBlank()) {
                    throw new QuietStarException("tokenizer.path is empty: tokenizer.kind huggingface needs the path of"
                            + " a tokenizer.json; or set tokenizer.kind: byte");
                }
                yield HuggingFaceTokenizerAdapter.open(Path.of(config.path()));
            }
            default ->
                throw new QuietStarException(
                        "tokenizer.kind is \"" + config.kind() + "\"; allowed are byte and huggingface");
        };
    }

    /** {@code id}, if there is such an id. */
    static int requireInRange(int id, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException("token id " + id + " is not within 0.." + (vocabSize - 1));
        }
        return id;
    }
}
