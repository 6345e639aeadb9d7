package org.quietstar.cli;

import org.quietstar.generate.GenerateOptions;
import picocli.CommandLine.Option;

/** Options of {@code generate} about how tokens are drawn; they apply in the order of {@code Sampling}. */
final class GenerateSampling {
    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "0 is greedy; 1 is the model's own distribution (default: 1).")
    private double temperature = 1;

    @Option(names = "--top-k", paramLabel = "K", description = "Only the K most probable tokens (default: all).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Only the most probable tokens that together have the probability P (default: 1, all).")
    private double topP = 1;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Only tokens with at least P times the largest probability (default: 0, all).")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            description = "Divides positive logits of tokens that were there before by R, multiplies negative ones"
                    + " (default: 1, none).")
    private double repetitionPenalty = 1;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same text (default: 0).")
    private long seed;

    void into(GenerateOptions.Builder builder) {
        builder.temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .repetitionPenalty(repetitionPenalty)
                .seed(seed);
    }
}
