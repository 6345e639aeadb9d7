package org.quietstar.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.quietstar.QuietStarException;

/**
 * JSON as other programs write it: Python's bare {@code NaN} and {@code Infinity} are read. What is no JSON is said in plain
 * words, with the line.
 */
public final class JsonText {
    /** Characters of a text in JSON at most: as long as the longest line of data. */
    private static final int LONGEST_TEXT = 64 << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(LONGEST_TEXT)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final JsonMapper UNIQUE =
            JSON.rebuild().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** What is wrong with a text that should be JSON. */
    public static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;
        private final long line;

        private Fault(long line, String reason, Throwable cause) {
            super(reason, cause);
            this.line = line;
        }

        /** Line of the text, from 1. */
        public long line() {
            return line;
        }

        /** The fault, such as {@code is no valid JSON: it breaks off}. */
        public String reason() {
            return getMessage();
        }
    }

    private JsonText() {}

    /**
     * Reads a whole file of JSON.
     *
     * @throws QuietStarException that names the file, and the line where it is no JSON
     */
    public static JsonNode read(Path file) {
        return parse(PlainText.read(file), file.toString());
    }

    /**
     * Reads a text.
     *
     * @param name of where it comes from, for the message
     * @throws QuietStarException that names the line where it is no JSON
     */
    public static JsonNode parse(String text, String name) {
        try {
            return parse(text);
        } catch (Fault fault) {
            throw new QuietStarException(name + ":" + fault.line() + ": " + fault.reason(), fault);
        }
    }

    /**
     * Reads a text.
     *
     * @throws Fault where it is no JSON
     */
    public static JsonNode parse(String text) throws Fault {
        return parse(JSON, text);
    }

    /**
     * Reads a text in which no key may stand twice in one object.
     *
     * @throws Fault where it is no JSON, or has such a key
     */
    public static JsonNode parseUnique(String text) throws Fault {
        return parse(UNIQUE, text);
    }

    private static JsonNode parse(JsonMapper mapper, String text) throws Fault {
        try {
            JsonNode node = mapper.readTree(text);
            if (node.isMissingNode()) {
                throw new Fault(1, "is no valid JSON: it is empty", null);
            }
            return node;
        } catch (JsonProcessingException e) {
            throw fault(text, e);
        }
    }

    private static Fault fault(String text, JsonProcessingException e) {
        JsonLocation place = e.getLocation() == null ? JsonLocation.NA : e.getLocation();
        long line = Math.max(1, place.getLineNr());
        return new Fault(line, "is no valid JSON: " + reason(text, e, place), e);
    }

    private static String reason(String text, JsonProcessingException e, JsonLocation place) {
        if (text.stripLeading().startsWith("<")) {
            return "it begins with '<', as a web page does; fetch the file itself";
        }
        if (e.getOriginalMessage().startsWith("Duplicate field")) {
            return "a key stands twice in it: " + e.getOriginalMessage().replaceFirst("Duplicate field ", "");
        }
        if (e instanceof JsonEOFException || place.getCharOffset() >= text.length()) {
            return "it breaks off in the middle; fetch or write the file again";
        }
        if (e instanceof StreamConstraintsException) {
            return "a number or name is too long, or its brackets lie too deep";
        }
        int at = (int) Math.max(0, place.getCharOffset());
        String near = text.substring(at, Math.min(text.length(), at + 20))
                .lines()
                .findFirst()
                .orElse("");
        return "column " + Math.max(1, place.getColumnNr()) + " should not read: "
                + near.replaceAll("\\p{Cntrl}", " ").strip();
    }
}
