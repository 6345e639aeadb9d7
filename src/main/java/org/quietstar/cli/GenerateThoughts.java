package org.quietstar.cli;

import org.quietstar.QuietStarException;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.ThinkWhen;
import picocli.CommandLine.Option;

/** Options of {@code generate} about thinking. */
final class GenerateThoughts {
    @Option(
            names = "--thoughts",
            paramLabel = "off|on|show",
            description = "Whether the model thinks before a token; show prints each token with its thought (default:"
                    + " on, if the model has learned to).")
    private String mode = "auto";

    @Option(
            names = "--think-when",
            paramLabel = "always|entropy>X|never",
            description = "Thinks before every token, or only where the entropy of the next token without a thought is"
                    + " above X nats (default: always).")
    private String thinkWhen = "always";

    @Option(
            names = "--thought-temperature",
            paramLabel = "X",
            description = "Of the thoughts' tokens; 0 is greedy (default: as in training).")
    private Double temperature;

    /** Whether the thoughts are printed. */
    boolean show() {
        return mode.equals("show");
    }

    void into(GenerateOptions.Builder builder) {
        builder.thinkWhen(ThinkWhen.parse(thinkWhen)).thoughts(thoughts());
        if (temperature != null) {
            builder.thoughtTemperature(temperature);
        }
    }

    private GenerateOptions.Thoughts thoughts() {
        return switch (mode) {
            case "auto" -> GenerateOptions.Thoughts.AUTO;
            case "on", "show" -> GenerateOptions.Thoughts.ON;
            case "off" -> GenerateOptions.Thoughts.OFF;
            default -> throw new QuietStarException("thoughts is \"" + mode + "\"; allowed are off, on and show");
        };
    }
}
