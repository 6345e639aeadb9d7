package org.quietstar.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.data.SharedFiles;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;
import org.quietstar.safetensors.SafetensorsReader;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.tokenizer.HfTokenizer;
import org.quietstar.tokenizer.Tokenizer;

/** Models that others wrote, against the logits that others computed of them. */
class RecordedLogitsTest {
    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @ValueSource(strings = {"tiny_llama", "tiny_mistral", "tiny_qwen2", "tiny_gpt2"})
    void fixturesLogitsAreThoseOfTransformers(String name) throws IOException {
        Path folder = SharedFiles.require("data/fixtures/" + name);
        JsonNode recorded = JSON.readTree(folder.resolve("logits.json").toFile());
        ModelConfig model = name.equals("tiny_gpt2")
                ? gpt2(recorded.get("config"))
                : ModelFolder.open(folder).config();
        try (Parameters parameters = PretrainedWeights.read(folder, model, DataType.FLOAT)) {
            assertThat(recorded.get("sequences")).hasSize(3);
            for (int s = 0; s < 3; s++) {
                int[] ids = JSON.convertValue(recorded.get("sequences").get(s), int[].class);
                double[][] expected = JSON.convertValue(recorded.get("logits").get(s), double[][].class);
                assertThat(largestDifference(logits(model, parameters, ids), expected))
                        .as("sequence %d", s)
                        .isLessThan(1e-5);
            }
        }
    }

    /** The fixture has no config.json; its sizes stand beside the logits. */
    private static ModelConfig gpt2(JsonNode sizes) {
        int width = sizes.get("n_embd").intValue();
        int heads = sizes.get("n_head").intValue();
        return ModelConfig.defaults()
                .withVocabSize(sizes.get("vocab").intValue())
                .withHiddenSize(width)
                .withIntermediateSize(4 * width)
                .withLayers(sizes.get("n_layer").intValue())
                .withHeads(heads)
                .withKvHeads(heads)
                .withMaxPositions(sizes.get("n_ctx").intValue())
                .withFamily("gpt2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny_mistral"})
    void theWindowMatters(String name) throws IOException {
        Path folder = SharedFiles.require("data/fixtures/" + name);
        JsonNode recorded = JSON.readTree(folder.resolve("logits.json").toFile());
        ModelConfig model = ModelFolder.open(folder).config();
        assertThat(model.slidingWindow()).isEqualTo(4);
        ModelConfig open = ModelConfig.defaults()
                .withVocabSize(11)
                .withHiddenSize(8)
                .withIntermediateSize(12)
                .withLayers(2)
                .withHeads(2)
                .withKvHeads(1)
                .withHeadDim(4)
                .withTiedEmbeddings(false)
                .withMaxPositions(16);
        try (Parameters parameters = PretrainedWeights.read(folder, open, DataType.FLOAT)) {
            int[] ids = JSON.convertValue(recorded.get("sequences").get(0), int[].class);
            double[][] expected = JSON.convertValue(recorded.get("logits").get(0), double[][].class);
            assertThat(largestDifference(logits(open, parameters, ids), expected))
                    .isGreaterThan(1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stories260K, greedy_from_bos", "stories260K, prompt_apples", "stories260K, prompt_lily",
        "babyllama105, greedy_from_bos", "babyllama105, prompt_apples", "babyllama105, prompt_lily"
    })
    void trainedModelsLogitsAreTheOracles(String name, String prompt) throws IOException {
        Path home = SharedFiles.require("data/models/" + name);
        ModelFolder folder = ModelFolder.open(home);
        int[] ids = Files.readAllLines(home.resolve("oracle/" + prompt + ".tokens.txt")).stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> Integer.parseInt(line.trim()))
                .toArray();
        int vocab = folder.config().vocabSize();
        FloatBuffer recorded = ByteBuffer.wrap(Files.readAllBytes(home.resolve("oracle/" + prompt + ".logits.f32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        // The last token of a greedy text was drawn and not read any more.
        int rows = Math.min(ids.length, recorded.remaining() / vocab);
        assertThat(rows).isGreaterThanOrEqualTo(ids.length - 1);
        double[][] expected = new double[rows][vocab];
        for (double[] row : expected) {
            for (int i = 0; i < vocab; i++) {
                row[i] = recorded.get();
            }
        }
        assertThat(recorded.hasRemaining()).isFalse();
        try (Parameters parameters = folder.parameters(DataType.FLOAT);
                Tokenizer tokenizer = HfTokenizer.open(folder.tokenizer().orElseThrow())) {
            assertThat(largestDifference(logits(folder.config(), parameters, ids), expected))
                    .isLessThan(1e-3);
            assertThat(tokenizer.vocabSize()).isEqualTo(vocab + 1);
        }
    }

    /** Each family's smallest model of random numbers, as Hugging Face's library writes and computes it. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3", "mistral", "qwen2", "qwen3", "gpt2"})
    void everyFamilysLogitsAreTheLibrarys(String name) {
        Path home = Path.of("src/test/resources/recorded/models").resolve(name);
        ModelFolder folder = ModelFolder.open(home);
        try (Parameters parameters = folder.parameters(DataType.FLOAT);
                SafetensorsReader recorded = SafetensorsReader.open(home.resolve("recorded.safetensors"))) {
            for (int i = 0; i < 3; i++) {
                int[] ids = recorded.read("ids" + i, DataType.INT32).toIntVector();
                double[][] expected =
                        recorded.read("logits" + i, DataType.DOUBLE).toDoubleMatrix();
                assertThat(largestDifference(logits(folder.config(), parameters, ids), expected))
                        .as("text %d", i)
                        .isLessThan(1e-5);
            }
        }
    }

    private static double[][] logits(ModelConfig model, Parameters parameters, int... ids) {
        var graph = new LanguageModelGraph(model, 1, ids.length, parameters);
        var inputs = Map.of(
                LanguageModelGraph.IDS, Nd4j.createFromArray(ids),
                LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, ids.length),
                LanguageModelGraph.WEIGHTS, Nd4j.ones(DataType.FLOAT, ids.length, 1));
        try (var plan = StaticPlan.compile(graph.graph(), inputs, List.of(LanguageModelGraph.LOGITS))) {
            plan.run();
            return plan.output(LanguageModelGraph.LOGITS).toDoubleMatrix();
        }
    }

    /** Over the rows of {@code expected}. */
    private static double largestDifference(double[][] actual, double[][] expected) {
        double largest = 0;
        for (int r = 0; r < expected.length; r++) {
            assertThat(actual[r]).hasSameSizeAs(expected[r]);
            for (int i = 0; i < expected[r].length; i++) {
                largest = Math.max(largest, Math.abs(actual[r][i] - expected[r][i]));
            }
        }
        return largest;
    }
}
