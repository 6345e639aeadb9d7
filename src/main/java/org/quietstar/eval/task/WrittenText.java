package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What a model wrote for one vote on an item.
 *
 * @param reasoning by chain of thought; empty otherwise
 * @param text that holds the answer
 * @param thought before the answer's first token; empty where nothing was thought
 */
record WrittenText(String reasoning, String text, Optional<Words> thought) {
    /**
     * A thought for people.
     *
     * @param weight w, what the mixing head gave it
     */
    record Words(String words, double weight) {}

    /** As a line of a journal. */
    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("reasoning", reasoning);
        node.put("text", text);
        thought.ifPresent(each -> node.put("thought", each.words).put("w", each.weight));
        return node;
    }

    static WrittenText fromJson(JsonNode node) {
        return new WrittenText(
                node.get("reasoning").asText(),
                node.get("text").asText(),
                node.has("thought")
                        ? Optional.of(new Words(
                                node.get("thought").asText(), node.get("w").asDouble()))
                        : Optional.empty());
    }
}
