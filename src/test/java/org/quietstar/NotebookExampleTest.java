package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.ThinkWhen;
import org.quietstar.generate.Thought;
import org.quietstar.train.Trainer;

/** Reads like a notebook: a small model is trained, thinks and writes. */
class NotebookExampleTest {
    @Test
    void trainThenWrite(@TempDir Path folder) {
        // --- 1. Train a small model on the embedded corpus, two steps of each stage. ---------------------------------
        Path run = folder.resolve("run");
        RunConfig recipe = Recipes.load(
                Path.of("configs/tiny.yaml"),
                List.of(
                        "model.hiddenSize=16",
                        "model.intermediateSize=24",
                        "model.layers=1",
                        "model.maxPositions=64",
                        "data.sequenceLength=16",
                        "data.batchSize=2",
                        "stages.base.data.batchSize=2",
                        "thought.thoughtTokens=2",
                        "optimizer.warmupSteps=1",
                        "stages.base.train.steps=2",
                        "stages.plain.train.steps=2",
                        "stages.quiet-star.train.steps=2"));
        try (Trainer trainer = Trainer.start(recipe, run)) {
            trainer.train();
        }

        // --- 2. Load its newest checkpoint. --------------------------------------------------------------------------
        try (var model = QuietStar.load(run)) {
            assertThat(model.thinks()).isTrue();

            // --- 3. Text that continues from a prompt. ---------------------------------------------------------------
            String prompt = "hall red wait blue wait where";
            String text = model.generate(
                    prompt,
                    GenerateOptions.builder()
                            .maxTokens(20)
                            .temperature(0.8)
                            .topP(0.95)
                            .seed(1)
                            .build());

            // --- 4. The same while it is written, with what was thought before each token. ---------------------------
            var heard = new StringBuilder();
            Generation generation = model.generate(
                    prompt,
                    GenerateOptions.builder()
                            .maxTokens(20)
                            .temperature(0.8)
                            .topP(0.95)
                            .seed(1)
                            .build(),
                    new GenerationListener() {
                        @Override
                        public void onText(int prompt, String more) {
                            heard.append(more);
                        }
                    });
            assertThat(heard.toString()).isEqualTo(generation.text()).isEqualTo(text);
            int[] ids =
                    generation.tokens().stream().mapToInt(GeneratedToken::id).toArray();
            assertThat(ids).hasSizeBetween(1, 20);
            // Words are set apart by a space, and the first one's belongs to the text that continues the prompt.
            IntStream whole = IntStream.concat(Arrays.stream(model.tokenizer().encode(prompt)), Arrays.stream(ids));
            assertThat(prompt + text).isEqualTo(model.tokenizer().decode(whole.toArray()));
            Thought first = generation.tokens().get(0).thought().orElseThrow();
            assertThat(first.ids()).hasSize(2);

            // --- 5. Several prompts at once, thinking only where the model is unsure. --------------------------------
            List<Generation> all = model.generate(
                    List.of("Tom", "Lily and Ben", ""),
                    GenerateOptions.builder()
                            .maxTokens(10)
                            .temperature(0)
                            .thinkWhen(new ThinkWhen.EntropyAbove(2))
                            .build(),
                    new GenerationListener() {});
            assertThat(all).extracting(Generation::prompt).containsExactly("Tom", "Lily and Ben", "");
        }
    }
}
