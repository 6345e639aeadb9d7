package org.quietstar.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;

/**
 * Goes through the points of a task batch by batch. What an earlier run has answered comes from its journal, what is new
 * goes into it; between batches the listener is notified how far it is, and whoever wants it stopped is asked.
 */
final class AnswerBatches {
    private final String task;
    private final int batchSize;
    private final AnswerJournal journal;
    private final AnswerScorer.Listener listener;
    private final BooleanSupplier stopped;
    private int all;
    private int done;

    AnswerBatches(
            String task,
            int batchSize,
            AnswerJournal journal,
            AnswerScorer.Listener listener,
            BooleanSupplier stopped) {
        this.task = task;
        this.batchSize = batchSize;
        this.journal = journal;
        this.listener = listener;
        this.stopped = stopped;
    }

    /** @param points of all passes together */
    void begin(int points) {
        all = points;
        listener.onPredictions(0, all);
    }

    /**
     * One pass over points 0 … {@code points} − 1.
     *
     * @param answer what is new of a batch, in its order
     * @return by point
     * @throws QuietStarException where it was stopped
     */
    <T> List<T> pass(
            int pass,
            int points,
            Function<JsonNode, T> fromJson,
            Function<T, ObjectNode> toJson,
            Function<List<Integer>, List<T>> answer) {
        Map<Integer, T> answers = new HashMap<>();
        List<Integer> open = new ArrayList<>();
        for (int point = 0; point < points; point++) {
            Optional<JsonNode> earlier = journal.answered(pass, point);
            if (earlier.isPresent()) {
                answers.put(point, fromJson.apply(earlier.get()));
            } else {
                open.add(point);
            }
        }
        done += answers.size();
        for (int from = 0; from < open.size(); from += batchSize) {
            List<Integer> batch = open.subList(from, Math.min(open.size(), from + batchSize));
            List<T> found = answer.apply(batch);
            Map<Integer, ObjectNode> lines = new LinkedHashMap<>();
            for (int i = 0; i < batch.size(); i++) {
                answers.put(batch.get(i), found.get(i));
                lines.put(batch.get(i), toJson.apply(found.get(i)));
            }
            journal.add(pass, lines);
            done += batch.size();
            listener.onPredictions(done, all);
            if (stopped.getAsBoolean() && done < all) {
                throw new QuietStarException("task " + task + " was stopped before all items were scored");
            }
        }
        return IntStream.range(0, points).mapToObj(answers::get).toList();
    }
}
