package org.quietstar.config.yaml;

import java.util.Locale;

/** An enum whose constants are the words that a key may have: {@code QUIET_STAR} is written {@code quiet-star}. */
public interface Choice {
    /** Of the enum constant. */
    String name();

    /** The word in a recipe. */
    default String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
