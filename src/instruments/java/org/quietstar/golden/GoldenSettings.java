package org.quietstar.golden;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStarException;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.thought.LossWeights;
import org.quietstar.thought.ThoughtLayout;

/** What {@code golden.json} says, in this project's terms (there: N = P, A = M). */
record GoldenSettings(
        ModelConfig model,
        ThoughtConfig thought,
        LossConfig loss,
        LossWeights weights,
        ThoughtLayout sizes,
        double sampleTemperature,
        List<Integer> bannedIds,
        int padId,
        JsonNode losses) {

    private static final class Reader {
        final Path file;
        final JsonNode config;

        Reader(Path file, JsonNode config) {
            this.file = file;
            this.config = config;
        }

        JsonNode get(String key) {
            return required(file, config, key);
        }

        int integer(String key) {
            JsonNode value = get(key);
            if (!value.isIntegralNumber()) {
                throw new QuietStarException(
                        file + ": config." + key + " is " + value + ", which is not a whole number");
            }
            return value.intValue();
        }

        double number(String key) {
            JsonNode value = get(key);
            if (!value.isNumber()) {
                throw new QuietStarException(file + ": config." + key + " is " + value + ", which is not a number");
            }
            return value.doubleValue();
        }

        boolean truth(String key) {
            JsonNode value = get(key);
            if (!value.isBoolean()) {
                throw new QuietStarException(
                        file + ": config." + key + " is " + value + ", which is not true or false");
            }
            return value.booleanValue();
        }

        <T> T either(String key, String from1, T to1, String from2, T to2) {
            String value = get(key).asText();
            if (value.equals(from1)) {
                return to1;
            }
            if (value.equals(from2)) {
                return to2;
            }
            throw new QuietStarException(
                    file + ": config." + key + " is '" + value + "'; known are '" + from1 + "' and '" + from2 + "'");
        }
    }

    private static JsonNode required(Path file, JsonNode parent, String key) {
        JsonNode value = parent.get(key);
        if (value == null) {
            throw new QuietStarException(file + ": the key '" + key + "' is missing");
        }
        return value;
    }

    static GoldenSettings read(Path folder) {
        Path file = folder.resolve("golden.json");
        JsonNode root = root(file);
        var c = new Reader(file, required(file, root, "config"));
        var b = new Reader(file, root);
        List<Integer> banned = new ArrayList<>();
        c.get("ban_ids").forEach(id -> banned.add(id.intValue()));
        ThoughtConfig thought = ThoughtConfig.defaults()
                .withThoughtTokens(c.integer("T"))
                .withLookahead(c.integer("A"))
                .withThoughtsPerPosition(c.integer("N"))
                .withMixer(c.either("mix_act", "none", Mixer.LINEAR, "sigmoid", Mixer.SIGMOID))
                .withInitText("")
                .withEmbeddingScale(c.number("think_scale"))
                .withBannedIds(banned);
        LossConfig loss = LossConfig.defaults()
                .withPolicyWeight(c.number("w_policy"))
                .withReinforceTemperature(c.number("reinforce_temp"))
                .withClampNegative(c.truth("positive_only"))
                .withReward(c.either("reward", "mixed", RewardSource.MIXED, "talk", RewardSource.THOUGHT))
                .withRewardTrim(c.integer("reward_trim"));
        return new GoldenSettings(
                model(c),
                thought,
                loss,
                new LossWeights(c.number("w_base"), c.number("w_talk"), c.number("w_policy")),
                ThoughtLayout.of(thought, b.integer("B"), b.integer("L")),
                c.number("sample_temp"),
                banned,
                c.integer("pad_id"),
                required(file, root, "losses_f64"));
    }

    private static JsonNode root(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new QuietStarException(file + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new QuietStarException(
                    file
                            + ": cannot be read; a golden folder holds golden.json, weights.safetensors, inputs.safetensors,"
                            + " acts.safetensors and grads_*.safetensors",
                    e);
        }
    }

    private static ModelConfig model(Reader c) {
        return ModelConfig.defaults()
                .withVocabSize(c.integer("vocab"))
                .withHiddenSize(c.integer("dim"))
                .withIntermediateSize(c.integer("ffn"))
                .withLayers(c.integer("layers"))
                .withHeads(c.integer("heads"))
                .withKvHeads(c.integer("kv"))
                .withRopeTheta(c.number("rope_theta"))
                .withRmsNormEps(c.number("eps"))
                .withTiedEmbeddings(c.truth("tied"))
                .withMaxPositions(Integer.MAX_VALUE);
    }
}
