package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One item with what a model made of it, as a JSON object. */
final class AnswerLines {
    private AnswerLines() {}

    static ObjectNode of(AnswerTask task, AnswerScore score, Optional<AnswerScore> plain) {
        AnswerItem item = score.item();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("line", item.line());
        node.put("prompt", item.prompt());
        node.put("answer", task.choices().get(item.answer()));
        node.put(task.groupName(), item.group());
        plain.ifPresent(other -> node.set("plain", way(task, other, other.without())));
        node.set("without", way(task, score, score.without()));
        score.thinking().ifPresent(thinking -> {
            ObjectNode with = way(task, score, thinking.with());
            with.put("thought", thinking.words());
            with.put("w", thinking.weight());
            node.set("with", with);
            thinking.shuffled().ifPresent(logs -> node.set("shuffled", way(task, score, logs)));
        });
        return node;
    }

    /** The choice, whether it is right, and the right answer's probability among the choices. */
    private static ObjectNode way(AnswerTask task, AnswerScore score, double... logProbabilities) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("choice", task.choices().get(AnswerScore.chosen(logProbabilities)));
        node.put("right", score.isRight(logProbabilities));
        node.put("probability", AnswerScore.probability(score.item().answer(), logProbabilities));
        return node;
    }
}
