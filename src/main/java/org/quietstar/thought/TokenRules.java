package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
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
     * The rules of a tokenizer and a recipe. Neither a text nor a thought has padding or an id that is not a token; a text
     * may contain the id that ends it nevertheless. A thought has none of {@code thought.bannedIds} and, where
     * {@code thought.vocabulary} names texts, only tokens of these.
     *
     * @param config sizes, with the vocabulary's filled in
     * @throws QuietStarException where a banned id is not an id of the model, a text of the vocabulary is no token, or
     *     nothing is left to think
     */
    public static TokenRules of(ThoughtConfig thought, Tokenizer tokenizer, ModelConfig config) {
        for (int id : thought.bannedIds()) {
            if (id >= config.vocabSize()) {
                throw new QuietStarException(
                        "thought.bannedIds: " + id + " is no token id; there are 0 to " + (config.vocabSize() - 1));
            }
        }
        SortedSet<Integer> never = notTokens(tokenizer, config);
        SortedSet<Integer> inThoughts = new TreeSet<>(never);
        if (!thought.vocabulary().isEmpty()) {
            inThoughts.addAll(others(thought.vocabulary(), tokenizer, config));
        }
        inThoughts.addAll(thought.bannedIds());
        if (inThoughts.size() == config.vocabSize()) {
            throw new QuietStarException(
                    "thought.bannedIds and thought.vocabulary leave no token for thoughts; take some ids out of bannedIds");
        }
        // A tokenizer's added padding id has no row in a pretrained embedding table. There any other id does.
        int padId = tokenizer.padId() < config.vocabSize() ? tokenizer.padId() : tokenizer.eosId();
        never.remove(tokenizer.eosId());
        return new TokenRules(padId, List.copyOf(never), List.copyOf(inThoughts));
    }

    /** Padding, and rows of the embedding table that no token has. */
    private static SortedSet<Integer> notTokens(Tokenizer tokenizer, ModelConfig config) {
        SortedSet<Integer> ids = new TreeSet<>();
        if (tokenizer.padId() < config.vocabSize()) {
            ids.add(tokenizer.padId());
        }
        for (int id = tokenizer.vocabSize(); id < config.vocabSize(); id++) {
            ids.add(id);
        }
        return ids;
    }

    /** The ids of all tokens that are not, blanks around them apart, one of the texts. */
    private static List<Integer> others(List<String> texts, Tokenizer tokenizer, ModelConfig config) {
        Set<String> wanted = new TreeSet<>();
        texts.forEach(text -> wanted.add(text.strip()));
        Set<String> missing = new TreeSet<>(wanted);
        List<Integer> others = new ArrayList<>();
        int size = Math.min(tokenizer.vocabSize(), config.vocabSize());
        for (int id = 0; id < size; id++) {
            String text = tokenizer.decode(new int[] {id}).strip();
            if (text.isEmpty() || !wanted.contains(text)) {
                others.add(id);
            }
            missing.remove(text);
        }
        if (!missing.isEmpty() || wanted.contains("")) {
            String first = missing.isEmpty() ? "" : missing.iterator().next();
            throw new QuietStarException("thought.vocabulary: '" + first
                    + "' is not the text of one token of the tokenizer; leave it out, or write what one token says");
        }
        return others;
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
