package org.quietstar.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Text to token ids and back. Ids are {@code 0 .. vocabSize() - 1}; implementations are safe for use by many threads. */
public interface Tokenizer extends AutoCloseable {

    /** The ids of {@code text}, without any special token added; text never yields a special id. */
    int[] encode(String text);

    /**
     * The ids of a conversation that {@link #chatTemplate} has written: special tokens that are spelled out in it are their
     * ids, as in Hugging Face's libraries, wherever in it they stand.
     */
    default int[] encodeConversation(String text) {
        return encode(text);
    }

    /** How a conversation is written as one text; empty where the tokenizer's folder does not say. */
    default Optional<ChatTemplate> chatTemplate() {
        return Optional.empty();
    }

    /** The text of {@code ids}; special ids yield nothing. Throws IllegalArgumentException for an id out of range. */
    String decode(int[] ids);

    /**
     * UTF-8 bytes of text that {@code id} represents; 0 for a special id and for the one that means "unknown". Bits per
     * byte are computed from it. Throws IllegalArgumentException for an id out of range.
     */
    int textBytes(int id);

    /** Number of ids, specials included. */
    int vocabSize();

    /** Id that begins a document, or -1 where the tokenizer has none. */
    int bosId();

    /** Id that ends a document: what separates documents in training, and what an empty prompt is. */
    int eosId();

    /** Ids that end a generated text, {@link #eosId()} among them: a model of conversations ends its turns with another. */
    default Set<Integer> endIds() {
        return Set.of(eosId());
    }

    /** Ids that the model's texts begin with of their own accord; often none. */
    default List<Integer> textPrefix() {
        return List.of();
    }

    /** Id that fills up a short sequence; never the same as {@link #eosId()}: where a tokenizer has no such token, an id is added. */
    int padId();

    /** What identifies this tokenizer in a checkpoint: its kind and the SHA-256 of what defines it. */
    String fingerprint();

    @Override
    void close();
}
