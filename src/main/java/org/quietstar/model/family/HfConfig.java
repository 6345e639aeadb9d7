package org.quietstar.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStarException;
import org.quietstar.text.JsonText;

/** The {@code config.json} of a Hugging Face folder; whatever is wrong with it ends as an error that names file and key. */
public final class HfConfig {
    /** Real ones have two kilobytes. */
    private static final int LARGEST_BYTES = 1 << 20;

    private final Path file;
    private final JsonNode json;

    private HfConfig(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /** Reads a file. */
    public static HfConfig read(Path file) {
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                throw new QuietStarException(file + ": larger than 1 MiB, so no config.json of a model");
            }
            JsonNode json = JsonText.read(file);
            if (!json.isObject()) {
                throw new QuietStarException(file + ": a JSON object with the model's sizes is wanted");
            }
            return new HfConfig(file, json);
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be read: " + e, e);
        }
    }

    public Path file() {
        return file;
    }

    /** The folder that holds the file. */
    String folder() {
        Path folder = file().getParent();
        return folder == null ? "." : folder.toString();
    }

    private JsonNode get(String key) {
        return json.at("/" + key.replace('.', '/'));
    }

    /** Whether a key is there and not null. Keys of inner objects are written with dots. */
    boolean has(String key) {
        JsonNode node = get(key);
        return !node.isMissingNode() && !node.isNull();
    }

    /** Names of the keys of an inner object, or with an empty name of the file; none where it is no object. */
    List<String> keys(String object) {
        List<String> names = new ArrayList<>();
        (object.isEmpty() ? json : get(object)).fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** What stands at a key, as the file has it. */
    String shown(String key) {
        return get(key).toString();
    }

    /** Whether a key is there, be it null. */
    boolean mentions(String key) {
        return !get(key).isMissingNode();
    }

    String text(String key) {
        JsonNode node = required(key);
        if (!node.isTextual()) {
            throw wrong(key, "text is wanted");
        }
        return node.textValue();
    }

    String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    /** A list of texts, empty where there is none. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        get(key).forEach(item -> texts.add(item.asText()));
        return texts;
    }

    /** A whole number from 1. */
    int size(String key) {
        JsonNode node = required(key);
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
            throw wrong(key, "a whole number from 1 is wanted");
        }
        return node.intValue();
    }

    int size(String key, int otherwise) {
        return has(key) ? size(key) : otherwise;
    }

    /** A number above 0. */
    double number(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode node = get(key);
        if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
            throw wrong(key, "a number above 0 is wanted");
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!get(key).isBoolean()) {
            throw wrong(key, "true or false is wanted");
        }
        return get(key).booleanValue();
    }

    /** Throws unless the key has one of the values, or is missing or null. */
    void requireOneOf(String key, Object... supported) {
        if (!has(key)) {
            return;
        }
        String found = get(key).asText();
        List<String> words = new ArrayList<>();
        for (Object value : supported) {
            if (found.equals(value.toString())) {
                return;
            }
            words.add(value.toString());
        }
        throw unsupported(key, "supported: " + String.join(", ", words));
    }

    /** Throws where the file says that the weights are packed. */
    void requireNotQuantised() {
        for (String key : List.of("quantization_config", "quantization", "compression_config")) {
            if (has(key)) {
                throw new QuietStarException(file + ": " + key + ": the weights are quantised; fetch the model as F32,"
                        + " F16 or BF16, or turn it back with the tool that quantised it");
            }
        }
    }

    private JsonNode required(String key) {
        if (!has(key)) {
            throw new QuietStarException(file + ": the key " + key + " is missing; is this a model's config.json?");
        }
        return get(key);
    }

    private QuietStarException wrong(String key, String wanted) {
        return new QuietStarException(file + ": " + key + ": " + get(key) + ", but " + wanted);
    }

    /** The error of an option that this program does not have. */
    QuietStarException unsupported(String key, String supported) {
        return new QuietStarException(file + ": " + key + ": " + get(key) + " is not supported; " + supported);
    }
}
