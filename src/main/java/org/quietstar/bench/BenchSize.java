package org.quietstar.bench;

import java.util.List;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.thought.ThoughtSizes;

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
public record BenchSize(String name, int vocab, int width, int layers, int heads, int feedForward, ThoughtSizes sizes) {
    /** About 38 GFLOP a step. */
    public static final BenchSize TINY = new BenchSize("tiny", 512, 128, 4, 4, 352, new ThoughtSizes(4, 64, 2, 8, 4));
    /** About 306 GFLOP a step. */
    public static final BenchSize SMALL =
            new BenchSize("small", 4096, 288, 6, 6, 768, new ThoughtSizes(2, 128, 2, 8, 4));
    /** About 1,116 GFLOP a step. */
    public static final BenchSize MEDIUM =
            new BenchSize("medium", 32000, 512, 8, 8, 1376, new ThoughtSizes(1, 128, 2, 12, 4));

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
    BenchSize with(ThoughtSizes other) {
        return new BenchSize(name, vocab, width, layers, heads, feedForward, other);
    }

    /** B·L, text tokens in a step. */
    public int textTokens() {
        return sizes.textRows();
    }

    ModelConfig model() {
        return new ModelConfig(
                "", vocab, width, feedForward, layers, heads, heads, 0, 10_000, 1e-5, 0, false, 4096, 0.02);
    }

    ThoughtConfig thought() {
        return new ThoughtConfig(
                sizes.thoughtTokens(), sizes.lookahead(), sizes.thoughts(), 1, "linear", "", 1, List.of());
    }

    /** Half base, half thoughts; REINFORCE with weight 1 at temperature 3, positive advantages only. */
    static LossConfig loss() {
        return new LossConfig(0.5, 1, 3, true, "mean", "mixed", 0, false, 0, 0);
    }
}
