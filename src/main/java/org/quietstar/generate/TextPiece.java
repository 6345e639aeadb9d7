package org.quietstar.generate;

import java.util.ArrayList;
import java.util.List;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Tokens that are whole characters together: one as a rule, several where a character's bytes are tokens of their own.
 *
 * @param tokens one or more
 */
public record TextPiece(String text, List<GeneratedToken> tokens) {
    public TextPiece {
        tokens = List.copyOf(tokens);
    }

    /** A text's pieces, which make it up one after the other; an id without text is a piece of its own. */
    public static List<TextPiece> of(Generation generation, Tokenizer tokenizer) {
        var stream = new TextStream(tokenizer, List.of(), tokenizer.encode(generation.prompt()));
        List<TextPiece> pieces = new ArrayList<>();
        List<GeneratedToken> waiting = new ArrayList<>();
        for (GeneratedToken token : generation.tokens()) {
            waiting.add(token);
            String text = token.id() == tokenizer.eosId() ? stream.end() : stream.add(token.id());
            if (!text.isEmpty() || token.id() == tokenizer.eosId()) {
                pieces.add(new TextPiece(text, waiting));
                waiting.clear();
            }
        }
        if (!waiting.isEmpty()) {
            pieces.add(new TextPiece(stream.end(), waiting));
        }
        return pieces;
    }
}
