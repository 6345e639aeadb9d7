package org.quietstar.report;

import java.util.OptionalDouble;
import org.quietstar.generate.GeneratedToken;

/** What the colour of a token says about its thought. */
public enum ThoughtColour {
    /** w, how much the mixing head made of the thought. */
    WEIGHT("mixing weight w"),
    /** By how much the thought made the token more likely; see {@link GeneratedToken#gain}. */
    GAIN("gain of the thought (nats)");

    private final String title;

    ThoughtColour(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Empty where nothing was thought, or the gain was not measured. */
    OptionalDouble of(GeneratedToken token) {
        return switch (this) {
            case WEIGHT ->
                token.thought()
                        .map(thought -> OptionalDouble.of(thought.weight()))
                        .orElse(OptionalDouble.empty());
            case GAIN -> token.gain();
        };
    }
}
