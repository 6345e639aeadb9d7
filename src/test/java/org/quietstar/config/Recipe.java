package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.quietstar.QuietStarException;

/** How the tests of this package read YAML: as the file "x.yaml". */
final class Recipe {
    private Recipe() {}

    static RunConfig read(String yaml, String... sets) {
        return Recipes.fromYaml(yaml, "x.yaml", List.of(sets));
    }

    /** The message of the error that the YAML must raise. */
    static String error(String yaml, String... sets) {
        var error = catchThrowableOfType(QuietStarException.class, () -> read(yaml, sets));
        assertThat(error).as("error for: %s %s", yaml, List.of(sets)).isNotNull();
        assertThat(error.getMessage()).doesNotContain("\n");
        return error.getMessage();
    }
}
