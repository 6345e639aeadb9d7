package org.quietstar.hub;

import java.nio.file.Path;
import java.util.List;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.model.family.Families;

/**
 * Reads recipes with an eye on the model: a folder at {@code model.weights} gives what the recipe leaves out, and the
 * model's family must have a place for every setting.
 */
public final class ModelRecipes {
    private ModelRecipes() {}

    /** As {@link Recipes#load(Path, List)}. */
    public static RunConfig load(Path file, List<String> sets) {
        return checked(Recipes.load(file, sets, ModelFolder::find));
    }

    /** As {@link Recipes#fromYaml(String, String, List)}. */
    public static RunConfig fromYaml(String text, String sourceName, List<String> sets) {
        return checked(Recipes.fromYaml(text, sourceName, sets, ModelFolder::find));
    }

    private static RunConfig checked(RunConfig config) {
        Families.check(config.model());
        return config;
    }
}
