package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.quietstar.generate.NextTokenPredictor.Prediction;
import org.quietstar.generate.Thought;

/**
 * What a model says at one point, of each choice that goes through it.
 *
 * @param without by choice, without a thought
 * @param with by choice, after a thought; the same as without for a model that does not think
 * @param thought the thought; empty for a model that does not think
 */
record PointScores(List<Next> without, List<Next> with, Optional<Thought> thought) {
    /**
     * A token of a choice.
     *
     * @param choice index
     * @param log log-probability, in nats, among the tokens that count
     * @param likeliest whether no other token that counts is as likely
     */
    record Next(int choice, double log, boolean likeliest) {}

    /** @param tokens ids that count; empty where all do */
    static PointScores of(AnswerPoints.Point point, Prediction prediction, int[] tokens) {
        return new PointScores(
                next(point.next(), prediction::without, tokens),
                next(point.next(), prediction::with, tokens),
                prediction.thought());
    }

    private static List<Next> next(Map<Integer, Integer> ids, IntToDoubleFunction logs, int... tokens) {
        List<Next> all = new ArrayList<>();
        ids.forEach((choice, id) -> all.add(next(choice, id, logs, tokens)));
        return all;
    }

    /** The token itself counts always: a number may be written with one that no list of tokens foresees. */
    private static Next next(int choice, int id, IntToDoubleFunction logs, int... tokens) {
        double own = logs.applyAsDouble(id);
        if (tokens.length == 0) {
            return new Next(choice, own, false);
        }
        double largest = own;
        boolean likeliest = true;
        for (int token : tokens) {
            double log = logs.applyAsDouble(token);
            likeliest &= token == id || own > log;
            largest = Math.max(largest, log);
        }
        double total = Math.exp(own - largest);
        for (int token : tokens) {
            total += token == id ? 0 : Math.exp(logs.applyAsDouble(token) - largest);
        }
        return new Next(choice, own - largest - Math.log(total), likeliest);
    }

    /** As a line of a journal. */
    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.set("without", toJson(without));
        node.set("with", toJson(with));
        thought.ifPresent(each -> {
            ArrayNode ids = node.putArray("thought");
            each.ids().forEach(ids::add);
            node.put("w", each.weight());
        });
        return node;
    }

    private static ArrayNode toJson(List<Next> all) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        all.forEach(next -> array.addArray().add(next.choice).add(next.log).add(next.likeliest));
        return array;
    }

    static PointScores fromJson(JsonNode node) {
        Optional<Thought> thought = Optional.empty();
        if (node.has("thought")) {
            List<Integer> ids = new ArrayList<>();
            node.get("thought").forEach(id -> ids.add(id.asInt()));
            thought = Optional.of(new Thought(ids, node.get("w").asDouble()));
        }
        return new PointScores(fromJsonArray(node.get("without")), fromJsonArray(node.get("with")), thought);
    }

    private static List<Next> fromJsonArray(JsonNode array) {
        List<Next> all = new ArrayList<>();
        array.forEach(next -> all.add(new Next(
                next.get(0).asInt(), next.get(1).asDouble(), next.get(2).asBoolean())));
        return all;
    }
}
