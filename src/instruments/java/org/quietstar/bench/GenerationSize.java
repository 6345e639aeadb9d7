package org.quietstar.bench;

import java.util.List;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThoughtParameters;

/**
 * The sizes of a model that generates.
 *
 * @param name as the command line calls it
 * @param model with tied embeddings
 * @param thoughtTokens T
 */
public record GenerationSize(String name, ModelConfig model, int thoughtTokens) {
    /** About a million parameters: a look whether it works. */
    public static final GenerationSize TINY = new GenerationSize("tiny", decoder(512, 128, 352, 4, 4), 8);
    /** 110 million parameters, the sizes of GPT-2 with SwiGLU and 32,000 tokens. */
    public static final GenerationSize SMALL = new GenerationSize("100m", decoder(32_000, 768, 2048, 12, 12), 8);

    private static final List<GenerationSize> ALL = List.of(TINY, SMALL);

    private static ModelConfig decoder(int vocab, int width, int feedForward, int layers, int heads) {
        return BenchSize.decoder(vocab, width, feedForward, layers, heads).withMaxPositions(2048);
    }

    /** The size of that name; throws QuietStarException, which lists those that there are, for another name. */
    public static GenerationSize of(String name) {
        return ALL.stream()
                .filter(size -> size.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new QuietStarException("--size " + name + ": there is no such size; one of "
                        + ALL.stream().map(GenerationSize::name).collect(Collectors.joining(", "))));
    }

    ThoughtConfig thought() {
        return ThoughtConfig.defaults()
                .withThoughtTokens(thoughtTokens)
                .withLookahead(1)
                .withThoughtsPerPosition(1)
                .withThoughtTemperature(0)
                .withInitText("");
    }

    /** Numbers in the decoder. */
    public long parameters() {
        return DecoderParameters.shapes(model).values().stream()
                .mapToLong(GenerationSize::length)
                .sum();
    }

    /**
     * Bytes of weights that a token cannot do without: a pass reads every layer and the output head once, however many
     * rows go along; of the embedding table as such it reads a row or two, which are not counted.
     *
     * @param thoughts with them there are T + 1 passes and the mixing head
     */
    public long weightBytes(Parameters weights, boolean thoughts) {
        long pass = parameters() * weights.dataType().width();
        if (!thoughts) {
            return pass;
        }
        long mixer = List.of(ThoughtParameters.W1, ThoughtParameters.W2, ThoughtParameters.W3).stream()
                .mapToLong(name -> weights.get(name).length())
                .sum();
        return (thoughtTokens + 1) * pass + mixer * weights.dataType().width();
    }

    private static long length(long... shape) {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return length;
    }
}
