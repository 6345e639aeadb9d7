package org.quietstar.cli;

import java.util.List;
import java.util.Locale;
import org.quietstar.QuietStarException;
import org.quietstar.generate.GenerateOptions;
import picocli.CommandLine.Option;

/** Options of {@code generate} about how much is written. */
final class GenerateLength {
    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description =
                    "Tokens at most; the text may end before (default: " + GenerateOptions.DEFAULT_MAX_TOKENS + ").")
    private int maxTokens = GenerateOptions.DEFAULT_MAX_TOKENS;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Ends the text before this string; may be given several times.")
    private List<String> stop = List.of();

    @Option(
            names = "--on-limit",
            paramLabel = "error|slide",
            description =
                    "At the model's largest position: refuse what would not fit, or continue from the last half of"
                            + " the text, whose keys are computed anew (default: error).")
    private String onLimit = "error";

    void into(GenerateOptions.Builder builder) {
        builder.maxTokens(maxTokens).stop(stop).onLimit(limit());
    }

    private GenerateOptions.OnLimit limit() {
        return switch (onLimit.toLowerCase(Locale.ROOT)) {
            case "error" -> GenerateOptions.OnLimit.ERROR;
            case "slide" -> GenerateOptions.OnLimit.SLIDE;
            default -> throw new QuietStarException("on-limit is \"" + onLimit + "\"; allowed are error and slide");
        };
    }
}
