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
        node.put("answer", item.right());
        node.put(task.groupName(), item.group());
        plain.ifPresent(other -> node.set("plain", way(item, other.without())));
        node.set("without", way(item, score.without()));
        score.thinking().ifPresent(thinking -> {
            ObjectNode with = way(item, thinking.with());
            with.put("thought", thinking.words());
            with.put("w", thinking.weight());
            node.set("with", with);
            thinking.shuffled().ifPresent(other -> node.set("shuffled", way(item, other)));
        });
        return node;
    }

    /**
     * Whether it is right; of several choices the one taken, and the right answer's probability among what can be one; of a
     * written answer what counts, and each vote's text with the answer in it.
     */
    private static ObjectNode way(AnswerItem item, AnswerScore.Way way) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (way instanceof AnswerScore.Likelihoods likelihoods) {
            if (item.choices().size() > 1) {
                node.put("choice", item.choices().get(likelihoods.chosen()));
            }
            node.put("right", way.right());
            node.put("probability", likelihoods.probability(item.answer()));
        } else if (way instanceof AnswerScore.Written written) {
            written.answer().ifPresent(answer -> node.put("answer", answer));
            node.put("right", way.right());
            written.votes().forEach(vote -> node.withArray("votes").add(vote(vote)));
        }
        return node;
    }

    private static ObjectNode vote(AnswerScore.Vote vote) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (!vote.reasoning().isEmpty()) {
            node.put("reasoning", vote.reasoning());
        }
        node.put("text", vote.text());
        vote.answer().ifPresent(answer -> node.put("answer", answer));
        return node;
    }
}
