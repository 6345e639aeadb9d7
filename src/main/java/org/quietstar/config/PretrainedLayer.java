package org.quietstar.config;

import java.util.Map;
import java.util.Set;
import org.quietstar.QuietStarException;

/** Lays what a pretrained model says of itself under what a recipe says, and finds where the two contradict. */
final class PretrainedLayer {
    /** Keys that do not say what the model is. */
    private static final Set<String> FREE = Set.of("model.weights", "model.initializerRange");
    /** Keys whose 0 means "work it out". */
    private static final Set<String> OPEN_AT_ZERO = Set.of("model.vocabSize", "model.headDim");

    private final Map<String, Layers.Setting> run;
    private final Pretrained pretrained;
    private final Origin origin;

    private PretrainedLayer(Map<String, Layers.Setting> run, Pretrained pretrained) {
        this.run = run;
        this.pretrained = pretrained;
        this.origin = new Origin.Model(pretrained.source());
    }

    static void apply(Layers layers, Pretrained.Finder finder) {
        String weights = (String) Layers.value(layers.run(), Schema.key("model.weights"));
        if (!weights.isEmpty()) {
            finder.find(weights).ifPresent(found -> new PretrainedLayer(layers.run(), found).apply());
        }
    }

    private void apply() {
        for (KeySpec key : Schema.section("model").keys()) {
            if (!FREE.contains(key.path())) {
                put(key, Schema.value(pretrained.model(), key));
            }
        }
        boolean recipeHasTokenizer = run.keySet().stream().anyMatch(path -> path.startsWith("tokenizer."));
        if (!recipeHasTokenizer && pretrained.tokenizer().isPresent()) {
            for (KeySpec key : Schema.section("tokenizer").keys()) {
                set(key, Schema.value(pretrained.tokenizer().get(), key));
            }
        }
    }

    private void put(KeySpec key, Object value) {
        Layers.Setting written = run.get(key.path());
        boolean open = written == null
                || (OPEN_AT_ZERO.contains(key.path()) && written.value().equals(0));
        if (!open && !written.value().equals(value)) {
            throw new QuietStarException(written.origin().place() + ": " + key.path() + " "
                    + Shown.yaml(written.value()) + " contradicts " + Shown.yaml(value) + " of " + pretrained.source()
                    + "; delete the key: a pretrained model's own settings hold");
        }
        if (open) {
            set(key, value);
        }
    }

    private void set(KeySpec key, Object value) {
        run.put(key.path(), new Layers.Setting(value, key.path(), origin));
    }
}
