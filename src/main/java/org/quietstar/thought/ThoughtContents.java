package org.quietstar.thought;

import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.random.SplitMix;

/** Thoughts with another content than the model's own, for the question whether what a thought says matters. */
public final class ThoughtContents {
    private ThoughtContents() {}

    /**
     * The model that is evaluated with thoughts of that content; it shares the parameters.
     *
     * @throws QuietStarException where a model that pauses is asked for another content
     */
    public static ThinkingModel model(ThinkingModel model, ThoughtContent content) {
        if (content != ThoughtContent.OWN && model.pauses()) {
            throw new QuietStarException("evaluation.thoughtContent " + content.word()
                    + " is of models that think, and this one pauses; write thoughtContent: own");
        }
        return content == ThoughtContent.PAUSE && model.thinks() ? model.pausing() : model;
    }

    /**
     * Tokens that a thought may contain, each as likely.
     *
     * @param count how many
     */
    public static int[] randomTokens(ThinkingModel model, int count, SplitMix random) {
        boolean[] banned =
                TokenRules.mask(model.tokens().neverInThoughts(), model.config().vocabSize());
        int[] allowed =
                IntStream.range(0, banned.length).filter(id -> !banned[id]).toArray();
        return IntStream.range(0, count)
                .map(i -> allowed[random.nextInt(allowed.length)])
                .toArray();
    }

    /**
     * Another place for each of n places: one random cycle through all of them. Of a single place there is no other.
     *
     * @param n 0 or more
     */
    static int[] otherPlaces(int n, SplitMix random) {
        int[] places = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            int other = random.nextInt(i);
            int kept = places[i];
            places[i] = places[other];
            places[other] = kept;
        }
        return places;
    }

    /**
     * Thoughts of a batch, each moved to another real position of its sequence, of the same draw.
     *
     * @param sampled t1 … tT, [T·B·P·L]
     * @param lengths real tokens of each sequence
     * @param random of a sequence
     */
    public static int[] shuffled(ThoughtLayout layout, int[] sampled, int[] lengths, IntFunction<SplitMix> random) {
        int[] moved = sampled.clone();
        for (int b = 0; b < layout.batch(); b++) {
            int[] places = otherPlaces(lengths[b], random.apply(b));
            for (int n = 0; n < layout.thoughts(); n++) {
                int first = (b * layout.thoughts() + n) * layout.length();
                for (int t = 0; t < layout.thoughtTokens(); t++) {
                    for (int p = 0; p < places.length; p++) {
                        moved[t * layout.slotRows() + first + p] = sampled[t * layout.slotRows() + first + places[p]];
                    }
                }
            }
        }
        return moved;
    }
}
