package org.quietstar.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Durable;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.Parameters;
import org.quietstar.safetensors.SafetensorsReader;
import org.quietstar.safetensors.SafetensorsWriter;
import org.quietstar.text.JsonText;
import org.quietstar.thought.ThoughtParameters;

/**
 * What Quiet-STaR adds to a model's folder: {@code thought.safetensors} with START, END, the mixing head, and the pause of
 * a model that pauses; and {@code thought.json} with the settings they were trained under.
 */
public final class ThoughtFiles {
    /** Tensors. */
    public static final String WEIGHTS = "thought.safetensors";
    /** Settings. */
    public static final String SETTINGS = "thought.json";

    private static final JsonMapper JSON = new JsonMapper();

    private ThoughtFiles() {}

    /**
     * The thoughts of a model.
     *
     * @param config their settings; its banned ids are all that a thought never contains, padding included
     */
    public record Thoughts(ThoughtConfig config, Parameters parameters) {}

    /** @param banned ids that a thought never contains, padding included */
    static void write(Path folder, ThoughtConfig config, List<Integer> banned, Parameters parameters)
            throws IOException {
        SafetensorsWriter.write(folder.resolve(WEIGHTS), parameters.asMap(), Map.of("format", "pt"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("thought_tokens", config.thoughtTokens());
        json.put("lookahead", config.lookahead());
        json.put("thoughts_per_position", config.thoughtsPerPosition());
        json.put("thought_temperature", config.thoughtTemperature());
        json.put("mixer", config.mixer().word());
        json.put("pauses", parameters.contains(ThoughtParameters.PAUSE));
        json.put("init_text", config.initText());
        json.put("embedding_scale", config.embeddingScale());
        json.put("banned_ids", banned);
        Durable.write(
                folder.resolve(SETTINGS), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    /**
     * Reads them back, as FLOAT.
     *
     * @param model the base model's sizes
     * @return empty where the folder has none
     * @throws QuietStarException that names the file and what is wrong in it
     */
    public static Optional<Thoughts> read(Path folder, ModelConfig model) {
        return read(folder, model, NonFinite.REFUSED);
    }

    static Optional<Thoughts> read(Path folder, ModelConfig model, NonFinite nonFinite) {
        if (!Files.isRegularFile(folder.resolve(SETTINGS))) {
            if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
                throw new QuietStarException(folder.resolve(WEIGHTS) + ": " + SETTINGS
                        + ", which says what these thoughts are, is missing beside it; export the model again");
            }
            return Optional.empty();
        }
        JsonNode written = JsonText.read(folder.resolve(SETTINGS));
        ThoughtConfig config = settings(folder.resolve(SETTINGS), written);
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try (SafetensorsReader file = SafetensorsReader.open(folder.resolve(WEIGHTS))) {
            boolean pauses = written.path("pauses").asBoolean(false);
            ThoughtParameters.shapes(model, config, pauses).forEach((name, shape) -> {
                if (!Arrays.equals(file.info(name).dimensions(), shape)) {
                    throw new QuietStarException(file.path() + ": tensor '" + name + "' has shape "
                            + file.info(name).shape() + ", but the base model and mixer "
                            + config.mixer().word() + " want "
                            + Arrays.toString(shape));
                }
                arrays.put(name, file.read(name, DataType.FLOAT));
                nonFinite.check(file.path(), name, arrays.get(name));
            });
        }
        return Optional.of(new Thoughts(config, new Parameters(arrays)));
    }

    /**
     * Throws where a recipe gives the parameters another meaning than they were trained with.
     *
     * @param settings the recipe's
     */
    static void requireSameMeaning(Path folder, ThoughtConfig trained, ThoughtConfig settings) {
        if (trained.mixer() != settings.mixer() || trained.embeddingScale() != settings.embeddingScale()) {
            throw new QuietStarException(folder.resolve(SETTINGS) + ": the thoughts were trained with thought.mixer "
                    + trained.mixer().word() + " and thought.embeddingScale " + trained.embeddingScale()
                    + ", the recipe has " + settings.mixer().word() + " and " + settings.embeddingScale()
                    + "; leave both keys out, or remove thought.json and thought.safetensors to begin anew");
        }
    }

    /** Throws where a stage trains pauses and the parameters are of thoughts, or the other way round. */
    static void requireSameKind(Path folder, Parameters trained, StageConfig stage) {
        boolean pauses = trained.contains(ThoughtParameters.PAUSE);
        if (stage.pauses() != pauses) {
            throw new QuietStarException(folder.resolve(SETTINGS) + ": the model was trained with "
                    + (pauses ? "pauses" : "thoughts") + ", and stage '" + stage.name() + "' has train.mode "
                    + stage.train().mode().word() + "; write mode: " + (pauses ? "pause" : "quiet-star")
                    + ", or remove thought.json and thought.safetensors to begin anew");
        }
    }

    /** The settings alone; empty where the folder has no thoughts. */
    static Optional<ThoughtConfig> findSettings(Path folder) {
        return Optional.of(folder.resolve(SETTINGS))
                .filter(Files::isRegularFile)
                .map(file -> settings(file, JsonText.read(file)));
    }

    private static ThoughtConfig settings(Path file, JsonNode json) {
        List<Integer> banned = new ArrayList<>();
        json.path("banned_ids").forEach(id -> banned.add(id.asInt()));
        return ThoughtConfig.defaults()
                .withThoughtTokens(require(file, json, "thought_tokens").asInt())
                .withLookahead(require(file, json, "lookahead").asInt())
                .withThoughtsPerPosition(
                        require(file, json, "thoughts_per_position").asInt())
                .withThoughtTemperature(
                        require(file, json, "thought_temperature").asDouble())
                .withMixer(mixer(file, require(file, json, "mixer").asText()))
                .withInitText(require(file, json, "init_text").asText())
                .withEmbeddingScale(require(file, json, "embedding_scale").asDouble())
                .withBannedIds(banned);
    }

    private static Mixer mixer(Path file, String word) {
        return Arrays.stream(Mixer.values())
                .filter(mixer -> mixer.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new QuietStarException(
                        file + ": mixer \"" + word + "\" is neither linear, sigmoid nor none; export the model again"));
    }

    private static JsonNode require(Path file, JsonNode json, String key) {
        if (!json.path(key).isValueNode()) {
            throw new QuietStarException(file + ": the key " + key + " is missing; export the model again");
        }
        return json.get(key);
    }
}
