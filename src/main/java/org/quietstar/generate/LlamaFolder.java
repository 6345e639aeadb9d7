package org.quietstar.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.ShardedSafetensors;
import org.quietstar.tokenizer.HuggingFaceTokenizerAdapter;
import org.quietstar.tokenizer.Tokenizer;

/** A folder in Hugging Face layout that holds a model of the Llama or Mistral kind. */
final class LlamaFolder {
    private LlamaFolder() {}

    /** Loads everything; QuietStarException names the file that is missing or does not fit. */
    static LoadedModel load(Path folder) {
        JsonNode config = json(folder.resolve("config.json"));
        ModelConfig model = sizes(folder, config);
        Path tokenizerFile = folder.resolve("tokenizer.json");
        Tokenizer tokenizer = HuggingFaceTokenizerAdapter.open(tokenizerFile);
        try {
            List<Integer> banned = LoadedModel.neverEmitted(model, tokenizer);
            var generation = new GenerationModel(model, Optional.empty(), weights(folder, model), banned, banned);
            return new LoadedModel(generation, tokenizer, prefix(json(tokenizerFile)));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static ModelConfig sizes(Path folder, JsonNode config) {
        String type = config.path("model_type").asText();
        if (!List.of("llama", "mistral").contains(type)) {
            throw new QuietStarException(folder.resolve("config.json") + ": model_type is \"" + type
                    + "\"; llama and mistral are supported");
        }
        int heads = config.path("num_attention_heads").asInt();
        return new ModelConfig(
                folder.toString(),
                config.path("vocab_size").asInt(),
                config.path("hidden_size").asInt(),
                config.path("intermediate_size").asInt(),
                config.path("num_hidden_layers").asInt(),
                heads,
                config.path("num_key_value_heads").asInt(heads),
                config.path("head_dim").asInt(0),
                config.path("rope_theta").asDouble(10000),
                config.path("rms_norm_eps").asDouble(1e-6),
                config.path("sliding_window").asInt(0),
                config.path("tie_word_embeddings").asBoolean(false),
                config.path("max_position_embeddings").asInt(2048),
                0.02);
    }

    private static Parameters weights(Path folder, ModelConfig model) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try (ShardedSafetensors source = ShardedSafetensors.open(folder)) {
            DecoderParameters.shapes(model)
                    .forEach((name, shape) -> arrays.put(name, source.read(name, DataType.FLOAT)));
        }
        return new Parameters(arrays);
    }

    /** The special ids that the tokenizer's template puts before a text. */
    private static List<Integer> prefix(JsonNode tokenizer) {
        for (JsonNode template : tokenizer.path("post_processor").findParents("single")) {
            JsonNode special =
                    template.path("single").path(0).path("SpecialToken").path("id");
            JsonNode id = template.path("special_tokens")
                    .path(special.asText())
                    .path("ids")
                    .path(0);
            if (id.isInt()) {
                return List.of(id.asInt());
            }
        }
        return List.of();
    }
}
