package org.quietstar.config;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.quietstar.QuietStarException;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
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

    /** What the numbers of START, END and the mixing head mean depends on these. */
    private static final List<String> THOUGHT = List.of("thought.mixer", "thought.embeddingScale");

    private final SettingLayers layers;
    private final Map<String, SettingLayers.Setting> run;
    private final Pretrained pretrained;
    private final Origin origin;

    private PretrainedLayer(SettingLayers layers, Pretrained pretrained) {
        this.layers = layers;
        this.run = layers.run();
        this.pretrained = pretrained;
        this.origin = new Origin.Named(pretrained.source());
    }

    static void apply(SettingLayers layers, Pretrained.Finder finder) {
        String weights = (String) layers.value("model.weights");
        if (!weights.isEmpty()) {
            finder.find(weights).ifPresent(found -> new PretrainedLayer(layers, found).apply());
        }
    }

    private void apply() {
        for (KeySpec key : Recipes.SCHEMA.keysOf("model")) {
            if (!FREE.contains(key.path())) {
                put(key, key.in(pretrained.model()));
            }
        }
        tokenizer();
        pretrained.thought().ifPresent(this::thought);
    }

    private void tokenizer() {
        List<KeySpec> keys = Recipes.SCHEMA.keysOf("tokenizer");
        Optional<SettingLayers.Setting> written = keys.stream()
                .map(key -> run.get(key.path()))
                .filter(Objects::nonNull)
                .findFirst();
        if (written.isEmpty()) {
            TokenizerConfig own = pretrained.tokenizer().orElseThrow(this::noTokenizer);
            keys.forEach(key -> set(key, key.in(own)));
            return;
        }
        TokenizerConfig wanted = layers.section(TokenizerConfig.class, "tokenizer", run);
        // A path that is missing, or too much, is another rule's business.
        boolean complete =
                (wanted.kind() == TokenizerKind.HUGGINGFACE) != wanted.path().isEmpty();
        if (complete && !pretrained.agrees().test(wanted)) {
            SettingLayers.Setting at = written.get();
            throw new QuietStarException(at.origin().place() + ": " + at.path() + " " + Format.yaml(at.value())
                    + " is not the tokenizer of " + pretrained.source() + ", which reads ids of "
                    + pretrained.tokenizer().map(TokenizerConfig::describe).orElse("another") + "; delete the section"
                    + " tokenizer: a pretrained model's own holds");
        }
    }

    private QuietStarException noTokenizer() {
        return new QuietStarException(
                pretrained.source() + ": there is no tokenizer.json beside it, and the recipe names"
                        + " none; set tokenizer.kind: huggingface and tokenizer.path to the model's own");
    }

    /** A thinker that is trained on keeps what it learned: the keys that say what its numbers mean are its own. */
    private void thought(ThoughtConfig thought) {
        for (String path : THOUGHT) {
            KeySpec key = Recipes.SCHEMA.key(path);
            Object own = key.in(thought);
            put(key, own);
            layers.stages().values().stream()
                    .map(stage -> stage.settings().get(path))
                    .filter(Objects::nonNull)
                    .forEach(written -> requireSame(written, key, own));
        }
    }

    private void requireSame(SettingLayers.Setting written, KeySpec key, Object value) {
        if (!written.value().equals(value)) {
            throw new QuietStarException(written.origin().place() + ": " + key.path() + " "
                    + Format.yaml(written.value()) + " contradicts " + Format.yaml(value) + " of " + pretrained.source()
                    + "; delete the key: a pretrained model's own settings hold");
        }
    }

    private void put(KeySpec key, Object value) {
        SettingLayers.Setting written = run.get(key.path());
        boolean open = written == null
                || (OPEN_AT_ZERO.contains(key.path()) && written.value().equals(0));
        if (!open) {
            requireSame(written, key, value);
        }
        if (open) {
            set(key, value);
        }
    }

    private void set(KeySpec key, Object value) {
        run.put(key.path(), new SettingLayers.Setting(value, key.path(), origin));
    }
}
