package org.quietstar.bench;

import org.quietstar.tokenizer.Tokenizer;

/** Ids without text, for random weights; the last two end a text and fill up. */
record SilentTokenizer(int vocabSize) implements Tokenizer {
    @Override
    public int[] encode(String text) {
        return new int[0];
    }

    @Override
    public String decode(int[] ids) {
        return "";
    }

    @Override
    public int textBytes(int id) {
        return 0;
    }

    @Override
    public int bosId() {
        return -1;
    }

    @Override
    public int eosId() {
        return vocabSize - 2;
    }

    @Override
    public int padId() {
        return vocabSize - 1;
    }

    @Override
    public String fingerprint() {
        return "silent-" + vocabSize;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
