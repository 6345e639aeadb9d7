package org.quietstar.generate;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/** Before which tokens the model thinks (docs/algorithm.md, section 8). */
public sealed interface ThinkWhen {

    /** Before every token. */
    record Always() implements ThinkWhen {}

    /** Before no token. */
    record Never() implements ThinkWhen {}

    /**
     * Where the model without thoughts is unsure.
     *
     * @param nats entropy of its next-token distribution above which it thinks; 0 or more
     */
    record EntropyAbove(double nats) implements ThinkWhen {
        public EntropyAbove {
            if (!(nats >= 0) || Double.isInfinite(nats)) {
                throw new QuietStarException("think-when entropy>" + nats + ": the entropy must be 0 nats or more");
            }
        }
    }

    /** From {@code always}, {@code never} or {@code entropy>X}, X in nats; QuietStarException for anything else. */
    static ThinkWhen parse(String text) {
        Matcher entropy =
                Pattern.compile("entropy *> *(\\d+(\\.\\d*)?|\\.\\d+)").matcher(text);
        if (entropy.matches()) {
            return new EntropyAbove(Double.parseDouble(entropy.group(1)));
        }
        return switch (text) {
            case "always" -> new Always();
            case "never" -> new Never();
            default ->
                throw new QuietStarException("think-when is \"" + text
                        + "\"; allowed are always, never and entropy>X with X in nats, such as 'entropy>1.5'");
        };
    }
}
