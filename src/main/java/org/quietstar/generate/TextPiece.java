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
        int last = generation.finish() == Generation.Finish.END_OF_TEXT
                ? generation.tokens().size() - 1
                : Integer.MAX_VALUE;
        for (int i = 0; i < generation.tokens().size(); i++) {
            GeneratedToken token = generation.tokens().get(i);
            waiting.add(token);
            String text = i == last ? stream.end() : stream.add(token.id());
            if (!text.isEmpty() || i == last) {
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
