package org.quietstar.checkpoint;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The state of a checkpoint as JSON, such that every value comes back as it was. */
final class CheckpointState {
    /** Whole numbers are read as Long, fractions have enough digits to be exact, NaN and infinities go by name. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();

    private CheckpointState() {}

    /** The state as JSON text; IllegalArgumentException names a value that would come back as something else. */
    static byte[] encode(Map<String, Object> state) throws IOException {
        check("state", state);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state);
    }

    static Map<String, Object> decode(byte[] json) throws IOException {
        return JSON.readValue(json, new TypeReference<Map<String, Object>>() {});
    }

    private static void check(String where, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, child) -> {
                if (!(key instanceof String)) {
                    throw new IllegalArgumentException(where + ": the key " + key + " is not a string");
                }
                check(where + "." + key, child);
            });
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                check(where + "[" + i + "]", list.get(i));
            }
        } else if (value != null
                && !(value instanceof String
                        || value instanceof Boolean
                        || value instanceof Long
                        || value instanceof Integer
                        || value instanceof Double)) {
            throw new IllegalArgumentException(where + ": a " + value.getClass().getName()
                    + " cannot be saved; allowed: String, Boolean, Integer, Long, Double, List, Map");
        }
    }
}
