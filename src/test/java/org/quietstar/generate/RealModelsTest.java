package org.quietstar.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.QuietStar;
import org.quietstar.data.SharedFiles;
import org.quietstar.safetensors.SafetensorsReader;

/** Trained models write, greedily, what another program recorded of them. */
class RealModelsTest {
    private static final GenerationListener NOBODY = new GenerationListener() {};

    private static GenerateOptions greedy(int tokens) {
        return GenerateOptions.builder().temperature(0).maxTokens(tokens).build();
    }

    private static List<Integer> recorded(Path model) throws IOException {
        return Files.readAllLines(model.resolve("oracle/greedy_from_bos.tokens.txt")).stream()
                .map(Integer::valueOf)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "babyllama105"})
    void theGreedyTextIsTheRecordedOne(String name) throws IOException {
        Path folder = SharedFiles.require("data/models/" + name);
        List<Integer> recorded = recorded(folder);
        try (var model = QuietStar.load(folder)) {
            var heard = new StringBuilder();
            Generation text = model.generate("", greedy(recorded.size() - 1), new GenerationListener() {
                @Override
                public void onText(int prompt, String more) {
                    heard.append(more);
                }
            });
            List<Integer> ids = new ArrayList<>(List.of(recorded.get(0)));
            text.tokens().forEach(token -> ids.add(token.id()));
            assertThat(ids).isEqualTo(recorded);
            int[] all = recorded.stream().mapToInt(Integer::intValue).toArray();
            assertThat(text.text()).isEqualTo(model.tokenizer().decode(all));
            assertThat(heard.toString()).isEqualTo(text.text());
        }
    }

    /** A model and a tokenizer that Hugging Face's library wrote, and what it generated with them. */
    @Test
    void theGreedyTextIsTheLibrarys() {
        Path folder = Path.of("src/test/resources/recorded/models/llama");
        try (SafetensorsReader recorded = SafetensorsReader.open(folder.resolve("recorded.safetensors"));
                var model = QuietStar.load(folder)) {
            int[] prompt = recorded.read("prompt", DataType.INT32).toIntVector();
            int[] expected = recorded.read("greedy", DataType.INT32).toIntVector();
            Generation text = model.generate(model.tokenizer().decode(prompt), greedy(expected.length), NOBODY);
            assertThat(text.tokens().stream().mapToInt(GeneratedToken::id))
                    .containsExactly(Arrays.stream(expected).boxed().toArray(Integer[]::new));
        }
    }

    @Test
    void storiesGoesOnFromAPrompt() {
        try (var model = QuietStar.load(SharedFiles.require("data/models/stories260K"))) {
            assertThat(model.generate("Once upon a time", greedy(60)))
                    .startsWith(", there was a little girl named Lily. She loved to play outside in the park. One day,"
                            + " she saw a big, red ball.");
        }
    }

    @Test
    void aBatchOfSevenWritesWhatEachPromptGivesAlone() {
        List<String> prompts = List.of(
                "Once upon a time", "", "Tom", "The dog and the cat were", "One day, a big bear", "A", "Lily said, \"");
        try (var model = QuietStar.load(SharedFiles.require("data/models/stories260K"))) {
            var options = GenerateOptions.builder().maxTokens(40).seed(5).temperature(0.7);
            for (GenerateOptions each : List.of(
                    greedy(60), options.build(), options.topK(40).topP(0.9).build())) {
                List<Generation> together = model.generate(prompts, each, NOBODY);
                for (int i = 0; i < prompts.size(); i++) {
                    assertThat(together.get(i).text()).isEqualTo(model.generate(prompts.get(i), each));
                }
            }
        }
    }
}
