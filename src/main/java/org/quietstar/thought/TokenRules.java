package org.quietstar.thought;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Which token ids a model does not write, and which one fills up short sequences.
 *
 * @param padId fills up sequences; an id of the embedding table, whose results nothing reads
 * @param neverInText ids that a text never contains, such as padding and rows of the table that no token has; ascending
 * @param neverInThoughts ids that a thought never contains; ascending
 */
public record TokenRules(int padId, List<Integer> neverInText, List<Integer> neverInThoughts) {

    public TokenRules {
        neverInText = List.copyOf(neverInText);
        neverInThoughts = List.copyOf(neverInThoughts);
    }

    /**
     * The rules of a tokenizer and a recipe: a thought has none of {@code thought.bannedIds}, no padding, and no id that
     * is not a token; a text may contain the id that ends it nevertheless.
     *
     * @param config sizes, with the vocabulary's filled in
     * @throws QuietStarException where a banned id is not an id of the model
     */
    public static TokenRules of(ThoughtConfig thought, Tokenizer tokenizer, ModelConfig config) {
        for (int id : thought.bannedIds()) {
            if (id >= config.vocabSize()) {
                throw new QuietStarException(
                        "thought.bannedIds: " + id + " is no token id; there are 0 to " + (config.vocabSize() - 1));
            }
        }
        var banned = new TreeSet<>(thought.bannedIds());
        if (tokenizer.padId() < config.vocabSize()) {
            banned.add(tokenizer.padId());
        }
        for (int id = tokenizer.vocabSize(); id < config.vocabSize(); id++) {
            banned.add(id);
        }
        return of(banned, tokenizer, config);
    }

    /** The rules where it is known which ids a thought never contains. */
    public static TokenRules of(Collection<Integer> neverInThoughts, Tokenizer tokenizer, ModelConfig config) {
        // A tokenizer's added padding id has no row in a pretrained embedding table. There any other id does.
        int padId = tokenizer.padId() < config.vocabSize() ? tokenizer.padId() : tokenizer.eosId();
        List<Integer> sorted = neverInThoughts.stream().sorted().toList();
        List<Integer> inText =
                sorted.stream().filter(id -> id != tokenizer.eosId()).toList();
        return new TokenRules(padId, inText, sorted);
    }

    /** Nothing but these ids, which neither a text nor a thought contains, is excluded, and id 0 is padding. */
    public static TokenRules never(List<Integer> ids) {
        return new TokenRules(0, ids, ids);
    }

    /** Which ids are among {@code ids}, [V]. */
    public static boolean[] mask(Collection<Integer> ids, int vocabSize) {
        boolean[] mask = new boolean[vocabSize];
        ids.forEach(id -> mask[id] = true);
        return mask;
    }
}
