package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.config.RunConfig;
import org.quietstar.model.LoraAdapters;

/** What is frozen stays as it is to the last bit and has no optimiser state; everything else learns. */
class FrozenParametersTest {
    private static final String ADAPTERS = "train.lora.targets=[q_proj, v_proj, gate_proj]";

    @TempDir
    private static Path folder;

    private record Trained(Map<String, float[]> before, Map<String, float[]> after, Set<String> moments) {
        Set<String> changed() {
            Set<String> names = new TreeSet<>(after.keySet());
            names.removeIf(name -> Arrays.equals(after.get(name), before.get(name)));
            return names;
        }
    }

    private static Trained train(String name, String... sets) {
        Path run = folder.resolve(name);
        RunConfig config = SmallRecipe.with(sets);
        Map<String, float[]> before = new LinkedHashMap<>();
        try (Trainer trainer = Trainer.start(config, run)) {
            put(trainer.model().decoder().asMap(), before);
            trainer.train();
        }
        Checkpoint last = ResumeTest.last(run);
        Map<String, float[]> after = new LinkedHashMap<>();
        put(last.weights(), after);
        put(last.thought(), after);
        return new Trained(before, after, last.optimizer().keySet());
    }

    private static void put(Map<String, INDArray> arrays, Map<String, float[]> into) {
        arrays.forEach((name, array) -> into.put(name, array.dup('c').data().asFloat()));
    }

    private static String only(String mode) {
        return "stages." + (mode.equals("quiet-star") ? "language-model" : "quiet-star") + ".train.steps=0";
    }

    @Test
    void patternsFreezeInBothModes() {
        for (String mode : List.of("language-model", "quiet-star")) {
            Trained trained = train(
                    "freeze-" + mode, only(mode), "train.freeze=[model.embed_tokens.*, '*norm.weight', '*.?_proj.*']");
            Set<String> base = trained.changed();
            base.retainAll(trained.before().keySet());
            assertThat(base)
                    .as(mode)
                    .containsExactly(
                            "model.layers.0.mlp.down_proj.weight",
                            "model.layers.0.mlp.gate_proj.weight",
                            "model.layers.0.mlp.up_proj.weight");
            assertThat(trained.moments())
                    .contains("m.model.layers.0.mlp.up_proj.weight")
                    .noneMatch(
                            name -> name.contains("embed_tokens") || name.contains("norm") || name.contains("q_proj"));
            assertThat(trained.moments().contains("m.start_embedding")).isEqualTo(mode.equals("quiet-star"));
        }
    }

    @Test
    void theWholeDecoderFrozenLeavesTheThoughts() {
        Trained trained = train("decoder", only("quiet-star"), "stages.quiet-star.train.freeze=[model.*]");
        assertThat(trained.changed())
                .containsExactlyInAnyOrder(
                        "start_embedding",
                        "end_embedding",
                        "talk_head.0.weight",
                        "talk_head.0.bias",
                        "talk_head.2.weight",
                        "talk_head.2.bias",
                        "talk_head.4.weight");
    }

    @Test
    void adaptersLearnInTheDecodersPlace() {
        for (String mode : List.of("language-model", "quiet-star")) {
            Trained trained = train("lora-" + mode, only(mode), "train.lora.rank=2", ADAPTERS);
            Set<String> changed = trained.changed();
            assertThat(changed)
                    .as(mode)
                    .doesNotContainAnyElementsOf(trained.before().keySet());
            assertThat(changed.stream().filter(LoraAdapters::isMatrix)).hasSize(6);
            assertThat(trained.after().get(LoraAdapters.ALPHA)).containsExactly(16);
            assertThat(trained.after().get("model.layers.0.mlp.gate_proj.lora_B.weight"))
                    .doesNotContain(0);
            assertThat(trained.moments()).hasSize(mode.equals("quiet-star") ? 2 * 13 : 2 * 6);
        }
    }

    @Test
    void bothTogether() {
        Trained trained = train(
                "both", only("quiet-star"), "train.lora.rank=2", ADAPTERS, "train.freeze=['*lora_A*', talk_head.*]");
        assertThat(trained.moments()).hasSize(2 * (3 + 2));
    }

    @Test
    void aRunWithAdaptersGoesOnBitForBit() {
        String[] sets = {
            "train.evaluateEvery=3",
            "stages.quiet-star.train.lora.rank=2",
            "stages.quiet-star.train.freeze=[talk_head.0.*]"
        };
        for (int stop : new int[] {5, 7, 9}) {
            ResumeTest.assertGoesOnAsIfNeverStopped(SmallRecipe.with(sets), folder.resolve("resume-" + stop), stop);
        }
    }

    @Test
    void whatMatchesNothingIsNamedWithWhatIsClose() {
        assertThatThrownBy(() -> Trainer.start(SmallRecipe.with("train.freeze=[model.layer.*]"), folder.resolve("no")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train.freeze: 'model.layer.*' matches no parameter in stage 'language-model'")
                .hasMessageContaining("close to it: model.layers.*");
        assertThatThrownBy(
                        () -> Trainer.start(SmallRecipe.with("train.freeze=[start_embeddings]"), folder.resolve("no")))
                .hasMessageContaining("close to it: start_embedding,");
        assertThatThrownBy(() -> Trainer.start(SmallRecipe.with("train.freeze=[model.*]"), folder.resolve("no")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train.freeze: [model.*] leaves nothing to train in stage 'language-model'");
        assertThatThrownBy(() -> Trainer.start(
                        SmallRecipe.with("train.lora.rank=2", "train.lora.targets=[q_prj]"), folder.resolve("no")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train.lora.targets: 'q_prj'");
        assertThat(folder.resolve("no")).doesNotExist();
    }
}
