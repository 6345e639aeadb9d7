package org.quietstar.config;

import java.util.Map;
import java.util.Set;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.KeySpec;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.SettingLayers;

/** Lays what a pretrained model says of itself under what a recipe says, and finds where the two contradict. */
final class PretrainedLayer {
    /** Keys that do not say what the model is. */
    private static final Set<String> FREE = Set.of("model.weights", "model.initializerRange");
    /** Keys whose 0 means "work it out". */
    private static final Set<String> OPEN_AT_ZERO = Set.of("model.vocabSize", "model.headDim");

    private final Map<String, SettingLayers.Setting> run;
    private final Pretrained pretrained;
    private final Origin origin;

    private PretrainedLayer(Map<String, SettingLayers.Setting> run, Pretrained pretrained) {
        this.run = run;
        this.pretrained = pretrained;
        this.origin = new Origin.Named(pretrained.source());
    }

    static void apply(SettingLayers layers, Pretrained.Finder finder) {
        String weights = (String) layers.value("model.weights");
        if (!weights.isEmpty()) {
            finder.find(weights).ifPresent(found -> new PretrainedLayer(layers.run(), found).apply());
        }
    }

    private void apply() {
        for (KeySpec key : Recipes.SCHEMA.keysOf("model")) {
            if (!FREE.contains(key.path())) {
                put(key, key.in(pretrained.model()));
            }
        }
        boolean recipeHasTokenizer = run.keySet().stream().anyMatch(path -> path.startsWith("tokenizer."));
        if (!recipeHasTokenizer && pretrained.tokenizer().isPresent()) {
            for (KeySpec key : Recipes.SCHEMA.keysOf("tokenizer")) {
                set(key, key.in(pretrained.tokenizer().get()));
            }
        }
    }

    private void put(KeySpec key, Object value) {
        SettingLayers.Setting written = run.get(key.path());
        boolean open = written == null
                || (OPEN_AT_ZERO.contains(key.path()) && written.value().equals(0));
        if (!open && !written.value().equals(value)) {
            throw new QuietStarException(written.origin().place() + ": " + key.path() + " "
                    + Format.yaml(written.value()) + " contradicts " + Format.yaml(value) + " of " + pretrained.source()
                    + "; delete the key: a pretrained model's own settings hold");
        }
        if (open) {
            set(key, value);
        }
    }

    private void set(KeySpec key, Object value) {
        run.put(key.path(), new SettingLayers.Setting(value, key.path(), origin));
    }
}
