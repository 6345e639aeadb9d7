package org.quietstar.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * The embedded default: one token for each UTF-8 byte. Ids 0 to 255 are the bytes, 256 begins a document, 257 ends it,
 * 258 fills up short sequences. Nothing has to be loaded, and every text has ids.
 */
public final class ByteTokenizer implements Tokenizer {
    /** Number of byte values, and so the first id that is no byte. */
    public static final int BYTES = 256;

    private static final int BOS = BYTES;
    private static final int EOS = BYTES + 1;
    private static final int PAD = BYTES + 2;

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ids[i] = bytes[i] & 0xFF;
        }
        return ids;
    }

    /** The text of the bytes; what is no UTF-8 becomes U+FFFD. */
    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        int length = 0;
        for (int id : ids) {
            Tokenizers.requireInRange(id, vocabSize());
            if (id < BYTES) {
                bytes[length++] = (byte) id;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public int textBytes(int id) {
        return Tokenizers.requireInRange(id, vocabSize()) < BYTES ? 1 : 0;
    }

    @Override
    public int vocabSize() {
        return PAD + 1;
    }

    @Override
    public int bosId() {
        return BOS;
    }

    @Override
    public int eosId() {
        return EOS;
    }

    @Override
    public int padId() {
        return PAD;
    }

    @Override
    public String fingerprint() {
        return "byte-" + vocabSize();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
