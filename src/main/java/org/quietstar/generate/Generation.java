package org.quietstar.generate;

import java.util.List;

/**
 * A generated text.
 *
 * @param prompt the text that it continues
 * @param text what was generated, up to a stop string
 * @param tokens all tokens that were generated, those of a stop string and of the end of the text included
 * @param finish why it ended
 */
public record Generation(String prompt, String text, List<GeneratedToken> tokens, Finish finish) {
    /** Why a text ended. */
    public enum Finish {
        /** As many tokens as were wanted. */
        LENGTH,
        /** The id that ends a document. */
        END_OF_TEXT,
        /** A stop string. */
        STOP,
        /** The caller wanted no more. */
        CANCELLED
    }

    public Generation {
        tokens = List.copyOf(tokens);
    }
}
