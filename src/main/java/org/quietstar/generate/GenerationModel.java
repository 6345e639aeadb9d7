package org.quietstar.generate;

import java.util.List;
import java.util.Optional;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.Parameters;

/**
 * The numbers that text is generated with.
 *
 * @param model sizes, with the vocabulary's filled in
 * @param thought how the model thinks; empty for a model without START, END and mixing head
 * @param parameters the decoder's, and the thoughts' where there are any
 * @param neverEmitted ids that neither a text nor a thought contains, such as padding
 * @param neverThought ids that a thought does not contain
 */
public record GenerationModel(
        ModelConfig model,
        Optional<ThoughtConfig> thought,
        Parameters parameters,
        List<Integer> neverEmitted,
        List<Integer> neverThought) {
    public GenerationModel {
        neverEmitted = List.copyOf(neverEmitted);
        neverThought = List.copyOf(neverThought);
    }

    /** T; 0 without thoughts. */
    int thoughtTokens() {
        return thought.map(ThoughtConfig::thoughtTokens).orElse(0);
    }

    /** Which ids may not be drawn, [V]. */
    static boolean[] banned(List<Integer> ids, int vocabSize) {
        boolean[] banned = new boolean[vocabSize];
        ids.forEach(id -> banned[id] = true);
        return banned;
    }
}
