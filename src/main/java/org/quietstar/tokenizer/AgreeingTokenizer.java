package org.quietstar.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quietstar.QuietStarException;

/**
 * A tokenizer that makes sure another one gives the same ids, as two models need that are compared token by token. Files
 * that another version of a library has written differ, though they say the same; what counts is what becomes of the text.
 */
public final class AgreeingTokenizer implements Tokenizer {
    private static final String WAY_OUT =
            ", so they do not predict the same tokens; compare the bits per byte of their evaluations instead";

    private final Tokenizer first;
    private final Tokenizer second;

    /**
     * Both stay the caller's.
     *
     * @throws QuietStarException where documents end or begin with other ids
     */
    private AgreeingTokenizer(Tokenizer first, Tokenizer second) {
        this.first = first;
        this.second = second;
        requireEqual("ends a document with id", first.eosId(), second.eosId());
        requireEqual("begins a text with ids", first.textPrefix(), second.textPrefix());
    }

    /**
     * The first of two tokenizers; where their files differ, one that refuses text they do not agree on.
     *
     * @throws QuietStarException where documents end or begin with other ids
     */
    public static Tokenizer of(Tokenizer first, Tokenizer second) {
        return first.fingerprint().equals(second.fingerprint()) ? first : new AgreeingTokenizer(first, second);
    }

    private static void requireEqual(String what, Object one, Object other) {
        if (!one.equals(other)) {
            throw new QuietStarException("the two models have different tokenizers: one " + what + " " + one
                    + ", the other " + other + WAY_OUT);
        }
    }

    /**
     * The ids of a text.
     *
     * @throws QuietStarException where the tokenizers differ on it
     */
    @Override
    public int[] encode(String text) {
        return agreed(text, first.encode(text), second.encode(text));
    }

    @Override
    public int[] encodeConversation(String text) {
        return agreed(text, first.encodeConversation(text), second.encodeConversation(text));
    }

    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return first.chatTemplate();
    }

    private int[] agreed(String text, int[] ids, int... others) {
        int at = Arrays.mismatch(ids, others);
        if (at >= 0) {
            throw new QuietStarException("the two models have different tokenizers: \"" + around(text, ids, at)
                    + "\" is " + idAt(ids, at) + " for one and " + idAt(others, at) + " for the other" + WAY_OUT);
        }
        return ids;
    }

    /** The end of what both agree on, and the first token that they do not. */
    private String around(String text, int[] ids, int at) {
        int from = Math.max(0, at - 3);
        String words = first.decode(Arrays.copyOfRange(ids, from, Math.min(ids.length, at + 1)));
        return words.isBlank() ? text.substring(0, Math.min(20, text.length())) : words;
    }

    private static String idAt(int[] ids, int at) {
        return at < ids.length ? "id " + ids[at] + " at token " + at : "no more than " + ids.length + " tokens";
    }

    @Override
    public String decode(int[] ids) {
        return first.decode(ids);
    }

    @Override
    public int textBytes(int id) {
        return first.textBytes(id);
    }

    @Override
    public int vocabSize() {
        return first.vocabSize();
    }

    @Override
    public int bosId() {
        return first.bosId();
    }

    @Override
    public int eosId() {
        return first.eosId();
    }

    @Override
    public Set<Integer> endIds() {
        return first.endIds();
    }

    @Override
    public List<Integer> textPrefix() {
        return first.textPrefix();
    }

    @Override
    public int padId() {
        return first.padId();
    }

    @Override
    public String fingerprint() {
        return first.fingerprint();
    }

    /** Closes neither: both are the caller's. */
    @Override
    public void close() {}
}
