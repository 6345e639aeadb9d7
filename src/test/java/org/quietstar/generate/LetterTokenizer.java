package org.quietstar.generate;

import java.util.Arrays;
import org.quietstar.thought.TinyModel;
import org.quietstar.tokenizer.Tokenizer;

/** A letter for each id of {@link TinyModel}: 'a' is 0 and fills up, 'k' is 10 and ends a text. */
public final class LetterTokenizer implements Tokenizer {
    @Override
    public int[] encode(String text) {
        return text.chars().map(c -> c - 'a').toArray();
    }

    @Override
    public String decode(int[] ids) {
        var text = new StringBuilder();
        Arrays.stream(ids).forEach(id -> text.append((char) ('a' + id)));
        return text.toString();
    }

    @Override
    public int textBytes(int id) {
        return 1;
    }

    @Override
    public int vocabSize() {
        return TinyModel.VOCAB;
    }

    @Override
    public int bosId() {
        return 2;
    }

    @Override
    public int eosId() {
        return TinyModel.VOCAB - 1;
    }

    @Override
    public int padId() {
        return TinyModel.PAD;
    }

    @Override
    public String fingerprint() {
        return "letters";
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
