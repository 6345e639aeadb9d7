package org.quietstar.data;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quietstar.tokenizer.ChatTemplate;

/**
 * A conversation in a record: a list of turns with {@code role} and {@code content}, or with {@code from} and {@code value}
 * as other collections have them. A content in parts, each a text, counts as their texts end to end.
 */
final class Conversation {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Other names of the roles. */
    private static final Map<String, String> ROLES =
            Map.of("human", "user", "gpt", "assistant", "chatgpt", "assistant", "bot", "assistant");

    private final List<Map<String, Object>> turns;

    private Conversation(List<Map<String, Object>> turns) {
        this.turns = turns;
    }

    /** Whether a value is a list of turns. */
    static boolean isIn(JsonNode value) {
        return value.isArray()
                && !value.isEmpty()
                && (value.get(0).has("role") || value.get(0).has("from"));
    }

    /**
     * Reads a list of turns.
     *
     * @throws JsonRecord.Fault where one of them has no text
     */
    static Conversation of(JsonNode value) throws JsonRecord.Fault {
        List<Map<String, Object>> turns = new ArrayList<>();
        for (JsonNode each : value) {
            Map<String, Object> turn = JSON.convertValue(each, new TypeReference<LinkedHashMap<String, Object>>() {});
            JsonNode content = each.path(each.has("content") ? "content" : "value");
            String role = each.path(each.has("role") ? "role" : "from").asText();
            turn.put("role", each.has("role") ? role : ROLES.getOrDefault(role, role));
            int number = turns.size() + 1;
            turn.put(
                    "content",
                    text(content)
                            .orElseThrow(() -> new JsonRecord.Fault(
                                    BadRecord.Kind.NO_TEXT,
                                    "turn " + number + " of the conversation has no text in its \"content\"")));
            turns.add(turn);
        }
        return new Conversation(turns);
    }

    private static Optional<String> text(JsonNode content) {
        if (content.isTextual()) {
            return Optional.of(content.textValue());
        }
        var text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("text").isTextual()) {
                return Optional.empty();
            }
            text.append(part.path("text").textValue());
        }
        return content.isArray() ? Optional.of(text.toString()) : Optional.empty();
    }

    /** What is said, whatever template will write it: it decides whether the conversation is held out. */
    String said() {
        var said = new StringBuilder();
        turns.forEach(turn -> said.append(turn.get("role"))
                .append('\n')
                .append(turn.get("content"))
                .append('\n'));
        return said.toString();
    }

    /**
     * The conversation as one text.
     *
     * @throws JsonRecord.Fault with the template's words where it does not take it
     */
    String written(ChatTemplate template) throws JsonRecord.Fault {
        try {
            return template.apply(turns);
        } catch (ChatTemplate.Refusal refusal) {
            throw new JsonRecord.Fault(
                    BadRecord.Kind.NO_TEMPLATE,
                    "the chat template of " + template.file() + " does not take the conversation: "
                            + refusal.getMessage());
        }
    }
}
