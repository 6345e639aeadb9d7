package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.TokenizerConfig.TokenizerKind;

/** A recipe that starts from a pretrained model: who gives what, and what contradicts. */
class PretrainedTest {
    private static final ModelConfig MODEL = ModelConfig.defaults()
            .withWeights("here")
            .withVocabSize(512)
            .withHiddenSize(64)
            .withIntermediateSize(172)
            .withLayers(5)
            .withHeads(8)
            .withHeadDim(8)
            .withMaxPositions(512)
            .withInitializerRange(0.03);
    private static final Pretrained.Finder FINDER = weights -> weights.equals("here")
            ? Optional.of(new Pretrained(
                    "here/config.json",
                    MODEL,
                    Optional.of(new TokenizerConfig(TokenizerKind.HUGGINGFACE, "here/tokenizer.json")),
                    other -> other.path().endsWith("tokenizer.json"),
                    Optional.empty()))
            : Optional.empty();

    private static RunConfig load(String yaml, String... sets) {
        return Recipes.fromYaml(yaml, "r.yaml", List.of(sets), FINDER);
    }

    @Test
    void theModelGivesItsSizesAndItsTokenizer() {
        RunConfig config = load("model: {weights: here}");
        assertThat(config.model().withVocabSize(512)).isEqualTo(config.model());
        assertThat(config.model().hiddenSize()).isEqualTo(64);
        assertThat(config.model().kvHeads()).isEqualTo(4);
        assertThat(config.model().initializerRange())
                .isEqualTo(ModelConfig.defaults().initializerRange());
        assertThat(config.tokenizer()).isEqualTo(new TokenizerConfig(TokenizerKind.HUGGINGFACE, "here/tokenizer.json"));
        assertThat(load("seed: 1", "model.weights=here").model()).isEqualTo(config.model());
        assertThat(Recipes.fromYaml(Recipes.toYaml(config), "again", List.of())).isEqualTo(config);
        assertThat(load(Recipes.toYaml(config))).isEqualTo(config);
    }

    @Test
    void aRecipeMayRepeatWhatHoldsAndNameTheSameTokenizerElsewhere() {
        RunConfig config = load("model: {weights: here, hiddenSize: 64, vocabSize: 0, headDim: 0}\n"
                + "tokenizer: {kind: huggingface, path: other/tokenizer.json}");
        assertThat(config.model().vocabSize()).isEqualTo(512);
        assertThat(config.model().headDim()).isEqualTo(8);
        assertThat(config.tokenizer().path()).isEqualTo("other/tokenizer.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: byte", "kind: huggingface\n  path: other.json"})
    void aTokenizerThatIsNotTheModelsIsRefused(String keys) {
        assertThatThrownBy(() -> load("model: {weights: here}\ntokenizer:\n  " + keys))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(
                        "r.yaml:3", "tokenizer.kind", "here/config.json", "delete the section tokenizer");
    }

    @Test
    void theMeaningOfThoughtsThatWereLearnedIsTheModels() {
        Pretrained.Finder thinker = weights -> FINDER.find(weights)
                .map(found -> new Pretrained(
                        found.source(),
                        found.model(),
                        found.tokenizer(),
                        found.agrees(),
                        Optional.of(ThoughtConfig.defaults().withMixer(ThoughtConfig.Mixer.SIGMOID))));
        RunConfig config = Recipes.fromYaml("model: {weights: here}", "r.yaml", List.of(), thinker);
        assertThat(config.lastStage().thought().mixer()).isEqualTo(ThoughtConfig.Mixer.SIGMOID);
        String other = "model: {weights: here}\nstages:\n- name: one\n  thought: {mixer: linear}";
        assertThatThrownBy(() -> Recipes.fromYaml(other, "r.yaml", List.of(), thinker))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("r.yaml:4", "thought.mixer", "contradicts", "sigmoid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hiddenSize: 128", "family: gpt2", "tiedEmbeddings: false", "slidingWindow: 3"})
    void aContradictionNamesLineKeyBothValuesAndTheWayOut(String key) {
        String name = key.substring(0, key.indexOf(':'));
        assertThatThrownBy(() -> load("model:\n  weights: here\n  " + key))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("r.yaml:3", "model." + name, "here/config.json", "delete the key");
    }

    @Test
    void withoutAConfigTheRecipeAloneHolds() {
        RunConfig config = load("model: {weights: elsewhere, hiddenSize: 96}");
        assertThat(config.model().hiddenSize()).isEqualTo(96);
        assertThat(config.tokenizer()).isEqualTo(TokenizerConfig.defaults());
    }

    @Test
    void whatTheModelSaysIsHeldAgainstTheRestOfTheRecipe() {
        assertThatThrownBy(() -> load("model: {weights: here}\ndata: {sequenceLength: 1000}"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("data.sequenceLength", "model.maxPositions", "here/config.json");
    }
}
