package org.quietstar.bench;

import java.util.List;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.thought.ThoughtLayout;

/**
 * The sizes of a step that is measured: a decoder without tied embeddings and with a key head for each query head, and a
 * batch with thoughts.
 *
 * @param name as the command line calls it
 * @param vocab V
 * @param width D
 * @param layers number of layers
 * @param heads H, which divides D
 * @param feedForward F
 * @param sizes B, L, P, T, M
 */
public record BenchSize(
        String name, int vocab, int width, int layers, int heads, int feedForward, ThoughtLayout sizes) {
    /** About 38 GFLOP a step. */
    public static final BenchSize TINY = new BenchSize("tiny", 512, 128, 4, 4, 352, new ThoughtLayout(4, 64, 2, 8, 4));
    /** About 306 GFLOP a step. */
    public static final BenchSize SMALL =
            new BenchSize("small", 4096, 288, 6, 6, 768, new ThoughtLayout(2, 128, 2, 8, 4));
    /** About 1,116 GFLOP a step. */
    public static final BenchSize MEDIUM =
            new BenchSize("medium", 32000, 512, 8, 8, 1376, new ThoughtLayout(1, 128, 2, 12, 4));

    private static final List<BenchSize> ALL = List.of(TINY, SMALL, MEDIUM);

    /** The size of that name; throws QuietStarException, which lists those that there are, for another name. */
    public static BenchSize of(String name) {
        return ALL.stream()
                .filter(size -> size.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new QuietStarException("--size " + name + ": there is no such size; one of "
                        + ALL.stream().map(BenchSize::name).collect(Collectors.joining(", "))));
    }

    /** The same decoder on another batch. */
    BenchSize with(ThoughtLayout other) {
        return new BenchSize(name, vocab, width, layers, heads, feedForward, other);
    }

    /** B·L, text tokens in a step. */
    public int textTokens() {
        return sizes.textRows();
    }

    ModelConfig model() {
        return decoder(vocab, width, feedForward, layers, heads).withTiedEmbeddings(false);
    }

    /** A decoder in which each head has keys of its own. */
    static ModelConfig decoder(int vocab, int width, int feedForward, int layers, int heads) {
        return ModelConfig.defaults()
                .withVocabSize(vocab)
                .withHiddenSize(width)
                .withIntermediateSize(feedForward)
                .withLayers(layers)
                .withHeads(heads)
                .withKvHeads(heads);
    }

    ThoughtConfig thought() {
        return ThoughtConfig.defaults()
                .withThoughtTokens(sizes.thoughtTokens())
                .withLookahead(sizes.lookahead())
                .withThoughtsPerPosition(sizes.thoughts())
                .withInitText("");
    }

    /** Half base, half thoughts; REINFORCE with weight 1 at temperature 3, positive advantages only. */
    static LossConfig loss() {
        return LossConfig.defaults().withPolicyWeight(1);
    }
}
