package org.quietstar.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.SmallDecoder;
import org.quietstar.safetensors.ShardedSafetensors;
import org.quietstar.samediff.Differences;

/** Folders in Hugging Face's layout: what comes back, and what is refused. */
class ModelFolderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @TempDir
    private Path folder;

    private ModelConfig model(String family, boolean tied, double scaling) {
        boolean gpt2 = family.equals("gpt2");
        return SmallDecoder.config()
                .withWeights(folder.toString())
                .withKvHeads(gpt2 ? 4 : 2)
                .withHeadDim(family.equals("qwen3") ? 6 : 2)
                .withRopeTheta(gpt2 ? 10000 : 500)
                .withSlidingWindow(family.equals("mistral") ? 5 : 0)
                .withTiedEmbeddings(tied)
                .withFamily(family)
                .withRopeScalingFactor(scaling)
                .withRopeOriginalPositions(scaling == 1 ? 8192 : 16);
    }

    private ModelConfig model;
    private Parameters parameters;

    @BeforeEach
    void writeTiedLlama() {
        model = model("llama", true, 1);
        parameters = DecoderParameters.random(model, DataType.FLOAT, 1);
        ModelFolder.write(folder, model, parameters, Map.of(), Long.MAX_VALUE);
    }

    private static void assertSame(Parameters actual, Parameters expected) {
        assertThat(actual.asMap().keySet()).isEqualTo(expected.asMap().keySet());
        expected.asMap()
                .forEach((name, array) -> assertThat(Differences.numbers(actual.get(name)))
                        .as(name)
                        .isEqualTo(Differences.numbers(array)));
    }

    @ParameterizedTest
    @CsvSource({
        "llama, true, 1",
        "llama, false, 8",
        "mistral, false, 1",
        "qwen2, true, 1",
        "qwen3, false, 4",
        "gpt2, true, 1",
        "gpt2, false, 1"
    })
    void whatIsWrittenComesBackBitForBit(String family, boolean tied, double scaling) {
        ModelConfig written = model(family, tied, scaling);
        Parameters random = DecoderParameters.random(written, DataType.FLOAT, 2);
        ModelFolder.write(folder, written, random, Map.of("bos_token_id", 1), 500);
        assertThat(folder.resolve("model.safetensors.index.json")).exists();
        ModelFolder found = ModelFolder.open(folder);
        assertThat(found.config()).isEqualTo(written);
        assertThat(found.tokenizer()).isEmpty();
        assertSame(found.parameters(DataType.FLOAT), random);
    }

    @Test
    void aLlamaWithAWindowIsWrittenAsAMistral() {
        ModelConfig windowed = SmallDecoder.config()
                .withKvHeads(2)
                .withHeadDim(2)
                .withRopeTheta(500)
                .withSlidingWindow(7)
                .withInitializerRange(0.4);
        ModelFolder.write(folder, windowed, parameters, Map.of(), Long.MAX_VALUE);
        ModelConfig found = ModelFolder.open(folder).config();
        assertThat(found.family()).isEqualTo("mistral");
        assertThat(found.slidingWindow()).isEqualTo(7);
    }

    @Test
    void tablesThatFollowFromTheSizesAndARepeatedHeadArePassedOver() {
        Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.asMap());
        tensors.put("model.layers.1.self_attn.rotary_emb.inv_freq", Nd4j.ones(DataType.FLOAT, 1));
        tensors.put("lm_head.weight", parameters.get(EMBEDDING).dup());
        write(tensors);
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), parameters);
        tensors.get("lm_head.weight").putScalar(3, 3, 5);
        write(tensors);
        assertRefused("lm_head.weight", "differs from the embedding table", "tie_word_embeddings");
    }

    @Test
    void namesMayLackThePrefix() {
        ModelConfig gpt2 = model("gpt2", true, 1);
        Parameters random = DecoderParameters.random(gpt2, DataType.FLOAT, 2);
        ModelFolder.write(folder, gpt2, random, Map.of(), Long.MAX_VALUE);
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        random.asMap().forEach((name, array) -> tensors.put(name.substring("transformer.".length()), array));
        tensors.put("h.0.attn.bias", Nd4j.ones(DataType.FLOAT, 1, 1, 4, 4));
        tensors.put("h.0.attn.masked_bias", Nd4j.scalar(-1e4f));
        write(tensors);
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), random);
    }

    private void write(Map<String, INDArray> tensors) {
        ShardedSafetensors.write(folder, "model", tensors, Long.MAX_VALUE);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> ModelFolder.open(folder).parameters(DataType.FLOAT))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContainingAll(words);
    }

    @Test
    void aWrongTensorIsNamed() {
        Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.asMap());
        INDArray norm = tensors.remove("model.layers.1.input_layernorm.weight");
        write(tensors);
        assertRefused("'model.layers.1.input_layernorm.weight'", "is missing");
        tensors.put("model.layers.1.input_layernorm.weight", Nd4j.ones(DataType.FLOAT, 9));
        write(tensors);
        assertRefused("'model.layers.1.input_layernorm.weight'", "[9]", "[8]");
        tensors.put("model.layers.1.input_layernorm.weight", Nd4j.ones(DataType.INT32, 8));
        write(tensors);
        assertRefused("'model.layers.1.input_layernorm.weight'", "I32", "F32, F16, BF16");
        tensors.put("model.layers.1.input_layernorm.weight", norm);
        tensors.put("model.layers.1.self_attn.q_proj.bias", Nd4j.ones(DataType.FLOAT, 8));
        write(tensors);
        assertRefused("'model.layers.1.self_attn.q_proj.bias'", "has no place in a llama");
        tensors.put("model.layers.2.self_attn.q_proj.bias", Nd4j.ones(DataType.FLOAT, 8));
        write(tensors);
        assertRefused("and 1 more");
    }

    @Test
    void aMissingHeadSaysHowToTieIt() throws IOException {
        change(json -> json.put("tie_word_embeddings", false));
        assertRefused("'lm_head.weight'", "is missing", "tie_word_embeddings");
    }

    private void change(Consumer<ObjectNode> change) throws IOException {
        Path file = folder.resolve("config.json");
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        change.accept(json);
        JSON.writeValue(file.toFile(), json);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "model_type; \"bert\"; llama, mistral, qwen2, qwen3, gpt2",
                "architectures; [\"LlamaForSequenceClassification\"]; LlamaForCausalLM",
                "rope_scaling; {\"rope_type\":\"yarn\",\"factor\":4}; default, llama3",
                "rope_scaling; {\"type\":\"dynamic\",\"factor\":4}; default, llama3",
                "hidden_act; \"gelu\"; silu",
                "attention_bias; true; false",
                "mlp_bias; true; false",
                "partial_rotary_factor; 0.5; 1.0",
                "quantization_config; {\"bits\":4}; quantised",
                "quantization; {\"bits\":4}; quantised",
                "rope_scaling; {\"rope_type\":\"llama3\",\"factor\":8,\"beta_fast\":32}; rope_scaling.beta_fast",
                "rope_scaling; {\"rope_type\":\"llama3\",\"type\":\"default\"}; both must be the same",
                "rope_scaling; {\"rope_theta\":7}; another place of the file says rope_theta 500.0",
                "rope_scaling; {\"rope_type\":\"default\",\"factor\":2}; without rope_type llama3 only 1",
                "rope_parameters; {\"full_attention\":{\"rope_theta\":7}}; rope_parameters.full_attention",
                "rope_local_base_freq; 10000; not known here",
                "rotary_pct; 0.25; rotary_pct",
                "hidden_size; null; missing",
                "hidden_size; \"8\"; whole number",
                "num_key_value_heads; 3; divide",
                "head_dim; 3; even",
                "rms_norm_eps; -1; above 0",
                "tie_word_embeddings; \"yes\"; true or false"
            })
    void anOptionThatIsNotSupportedIsNamed(String key, String value, String words) throws IOException {
        change(json -> json.set(key, read(value)));
        String named = key.equals("head_dim") ? "heads are 3" : key;
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(folder.resolve("config.json").toString(), named, words);
    }

    private static com.fasterxml.jackson.databind.JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "qwen2, use_sliding_window, true",
        "qwen3, use_sliding_window, true",
        "qwen3, attention_bias, true",
        "gpt2, activation_function, relu",
        "gpt2, scale_attn_weights, false",
        "gpt2, scale_attn_by_inverse_layer_idx, true",
        "gpt2, add_cross_attention, true"
    })
    void anOptionOfAFamilyThatIsNotSupportedIsNamed(String family, String key, String value) throws IOException {
        ModelConfig other = model(family, true, 1);
        ModelFolder.write(folder, other, DecoderParameters.random(other, DataType.FLOAT, 1), Map.of(), Long.MAX_VALUE);
        change(json -> json.set(key, read(key.equals("activation_function") ? "\"relu\"" : value)));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("config.json", key, value, "not supported");
    }

    @Test
    void newFilesKeepTheAnglesTogether() throws IOException {
        change(json -> {
            json.remove("rope_theta");
            json.remove("rope_scaling");
            json.set(
                    "rope_parameters",
                    read("{\"rope_theta\": 5e5, \"rope_type\": \"llama3\", \"factor\": 32, \"low_freq_factor\": 2,"
                            + " \"high_freq_factor\": 5, \"original_max_position_embeddings\": 8}"));
        });
        ModelConfig found = ModelFolder.open(folder).config();
        assertThat(found.ropeTheta()).isEqualTo(5e5);
        assertThat(found.ropeScalingFactor()).isEqualTo(32);
        assertThat(found.ropeLowFrequencyFactor()).isEqualTo(2);
        assertThat(found.ropeHighFrequencyFactor()).isEqualTo(5);
        assertThat(found.ropeOriginalPositions()).isEqualTo(8);
    }

    @Test
    void whatAFileLeavesOutIsTheLibrarysDefault() throws IOException {
        ModelConfig mistral = model("mistral", true, 1);
        ModelFolder.write(folder, mistral, parameters, Map.of(), Long.MAX_VALUE);
        change(json -> json.remove("sliding_window"));
        assertThat(ModelFolder.open(folder).config().slidingWindow()).isEqualTo(4096);
        change(json -> {
            json.putNull("sliding_window");
            json.remove("head_dim");
            json.remove("num_key_value_heads");
            json.remove("rope_theta");
            json.remove("rms_norm_eps");
        });
        ModelConfig found = ModelFolder.open(folder).config();
        assertThat(found.slidingWindow()).isZero();
        assertThat(found.headDim()).isEqualTo(2);
        assertThat(found.kvHeads()).isEqualTo(4);
        assertThat(found.ropeTheta()).isEqualTo(10000);
        assertThat(found.rmsNormEps()).isEqualTo(1e-6);
    }

    @Test
    void aFolderWithoutConfigIsRefused() throws IOException {
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(folder.toString(), "no config.json");
        Files.writeString(folder.resolve("config.json"), "{");
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("config.json:1: is no valid JSON: it breaks off");
    }

    @Test
    void anglesMayStandInAnyPlaceAndInSeveral() throws IOException {
        change(json -> {
            json.remove("rope_theta");
            json.set("rope_scaling", read("{\"rope_theta\": 7, \"rope_type\": \"default\"}"));
        });
        assertThat(ModelFolder.open(folder).config().ropeTheta()).isEqualTo(7);
        change(json -> {
            json.put("rope_theta", 7.0);
            json.put("rope_interleaved", false);
            json.set("rope_parameters", read("{\"rope_theta\": 7.0, \"partial_rotary_factor\": 1.0}"));
        });
        assertThat(ModelFolder.open(folder).config().ropeTheta()).isEqualTo(7);
    }

    @Test
    void aTiedTableMayStandUnderTheHeadsName() {
        Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.asMap());
        tensors.put("lm_head.weight", tensors.remove(EMBEDDING));
        write(tensors);
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), parameters);
    }

    @ParameterizedTest
    @ValueSource(strings = {"language_model.", "_orig_mod.", "base_model.model.", "module."})
    void aWrappersPrefixIsFound(String prefix) {
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        parameters.asMap().forEach((name, array) -> tensors.put(prefix + name, array));
        tensors.put(prefix + "lm_head.weight", parameters.get(EMBEDDING));
        write(tensors);
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), parameters);
        tensors.clear();
        parameters.asMap().forEach((name, array) -> tensors.put(name.replace("model.", "model." + prefix), array));
        write(tensors);
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), parameters);
    }

    @Test
    void whatIsThereInPlaceOfMissingTensorsIsNamed() {
        Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.asMap());
        tensors.put("model.layers.0.mlp.up.weight", tensors.remove("model.layers.0.mlp.up_proj.weight"));
        write(tensors);
        assertRefused(
                "'model.layers.0.mlp.up_proj.weight'", "missing", "there are others: 'model.layers.0.mlp.up.weight'");
        tensors.put("model.layers.0.mlp.up_proj.qweight", tensors.remove("model.layers.0.mlp.up.weight"));
        write(tensors);
        assertRefused("quantised", "model.layers.0.mlp.up_proj.qweight");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void numbersThatAreNotFiniteAreRefusedUnlessAskedFor(float number) {
        Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.asMap());
        INDArray norm = parameters.get("model.norm.weight").dup();
        norm.putScalar(3, number);
        tensors.put("model.norm.weight", norm);
        write(tensors);
        assertRefused("model.safetensors", "'model.norm.weight'", "1 number that is NaN or infinite, of 8");
        try (Parameters read = PretrainedWeights.read(folder, model, DataType.FLOAT, NonFinite.ALLOWED)) {
            assertThat(Float.valueOf(read.get("model.norm.weight").getFloat(3))).isEqualTo(Float.valueOf(number));
        }
    }

    @Test
    void aSingleFileComesBeforeAnIndexAndAMissingShardIsNamedWithIt() throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\": {\"" + EMBEDDING + "\": \"model-00001-of-00002.safetensors\"}}");
        assertSame(ModelFolder.open(folder).parameters(DataType.FLOAT), parameters);
        Files.move(folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin"));
        assertRefused(index.toString(), "model-00001-of-00002.safetensors", "not there", "fetch it");
        Files.delete(index);
        assertRefused("no *.safetensors", "pytorch_model.bin", "safe_serialization=True");
    }

    @ParameterizedTest
    @CsvSource({
        "version https://git-lfs.github.com/spec/v1, Git LFS pointer",
        "<!DOCTYPE html><title>Log in</title>, HTML page",
        "GGUF0123456789abcdef, GGUF"
    })
    void aFileThatIsSomethingElseIsNamed(String content, String what) throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), content);
        assertRefused("model.safetensors: is a", what, "safetensors file is wanted");
    }
}
