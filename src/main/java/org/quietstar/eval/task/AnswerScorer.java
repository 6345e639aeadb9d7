package org.quietstar.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.quietstar.QuietStarException;
import org.quietstar.generate.NextTokenPredictor;
import org.quietstar.generate.NextTokenPredictor.Prediction;
import org.quietstar.generate.NextTokenPredictor.Text;
import org.quietstar.generate.Thought;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;

/**
 * Scores the items of a task: the log-probability of each choice after the prompt, without and with thoughts, and with
 * thoughts of other items. As in generation, each token of an answer has a thought of its own before it, which depends on
 * the seed and the item alone; how many items go together changes nothing but the last digits.
 */
public final class AnswerScorer {
    private final ThinkingModel model;
    private final Function<String, int[]> encode;
    private final Function<int[], String> decode;
    private final Options options;

    /**
     * How a task is scored.
     *
     * @param batchSize items that go through the model together, 1 or more
     * @param thoughtTemperature at which thoughts are sampled; 0 is greedy
     * @param seed of the thoughts
     */
    public record Options(int batchSize, double thoughtTemperature, long seed) {}

    /** Hears how far scoring is; first of all 0. */
    @FunctionalInterface
    public interface Listener {
        /** So many of {@code all} predictions are made. */
        void onPredictions(int done, int all);
    }

    /**
     * @param encode ids of a prompt, with what stands before every text, as the model was trained; at least one
     * @param decode words of ids
     */
    public AnswerScorer(
            ThinkingModel model, Function<String, int[]> encode, Function<int[], String> decode, Options options) {
        this.model = model;
        this.encode = encode;
        this.decode = decode;
        this.options = options;
    }

    /**
     * A point at which the model predicts: an item's prompt and the first tokens of some of the choices.
     *
     * @param item index in the task
     * @param number of the item's points before it
     * @param ids of prompt and first tokens
     * @param next by choice, the token that it continues with here
     */
    private record Point(int item, int number, int[] ids, Map<Integer, Integer> next) {}

    /**
     * Scores all items.
     *
     * @param stopped asked after every batch
     * @return in the order of the task
     * @throws QuietStarException that names file and line, where a prompt with its answer is beyond the model's positions,
     *     or two choices are the same tokens; and where it was stopped
     */
    public List<AnswerScore> score(AnswerTask task, Listener listener, BooleanSupplier stopped) {
        try (NextTokenPredictor predictor = predictor()) {
            return new Run(task, points(task, predictor), predictor, listener, stopped).scores();
        }
    }

    /**
     * Refuses a task that cannot be scored; reads no parameters.
     *
     * @throws QuietStarException as {@link #score}
     */
    public void require(AnswerTask task) {
        try (NextTokenPredictor predictor = predictor()) {
            points(task, predictor);
        }
    }

    private NextTokenPredictor predictor() {
        return new NextTokenPredictor(model, options.batchSize(), options.thoughtTemperature());
    }

    private List<Point> points(AnswerTask task, NextTokenPredictor predictor) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < task.questions().size(); i++) {
            points.addAll(points(task, i, predictor));
        }
        return points;
    }

    private List<Point> points(AnswerTask task, int index, NextTokenPredictor predictor) {
        AnswerItem item = task.questions().get(index);
        String place = task.items() + ":" + item.line() + ": ";
        int[] prompt = encode.apply(item.prompt());
        List<int[]> wholes = new ArrayList<>();
        int common = prompt.length;
        for (String choice : task.choices()) {
            int[] whole = encode.apply(item.prompt() + task.separator() + choice);
            wholes.add(whole);
            // A tokenizer may join the end of the prompt with an answer; then all answers begin where the ids part.
            int same = Arrays.mismatch(whole, prompt);
            common = Math.min(common, same < 0 ? prompt.length : same);
        }
        if (common == 0) {
            throw new QuietStarException(place + "no token of the prompt stays as it is with every choice behind it");
        }
        requireDifferent(task, place, wholes);
        Map<List<Integer>, Point> byIds = new LinkedHashMap<>();
        for (int choice = 0; choice < wholes.size(); choice++) {
            int[] whole = wholes.get(choice);
            for (int end = common; end < whole.length; end++) {
                int[] ids = Arrays.copyOf(whole, end);
                int number = byIds.size();
                byIds.computeIfAbsent(
                                Arrays.stream(ids).boxed().toList(),
                                key -> new Point(index, number, ids, new LinkedHashMap<>()))
                        .next
                        .put(choice, whole[end]);
            }
        }
        byIds.values().forEach(point -> requireRoom(point, place, prompt.length, predictor));
        return List.copyOf(byIds.values());
    }

    private void requireRoom(Point point, String place, int promptTokens, NextTokenPredictor predictor) {
        int needed = predictor.positions(point.ids.length);
        int limit = model.config().maxPositions();
        if (needed > limit) {
            throw new QuietStarException(place + "the prompt of " + promptTokens + " tokens takes " + needed
                    + " positions with its answer" + (model.thinks() ? " and a thought" : "")
                    + ", but the model has " + limit + "; shorten the prompt");
        }
    }

    private static void requireDifferent(AnswerTask task, String place, List<int[]> wholes) {
        Map<List<Integer>, String> seen = new HashMap<>();
        for (int i = 0; i < wholes.size(); i++) {
            String choice = task.choices().get(i);
            String earlier =
                    seen.putIfAbsent(Arrays.stream(wholes.get(i)).boxed().toList(), choice);
            if (earlier != null) {
                throw new QuietStarException(place + "the choices '" + earlier + "' and '" + choice
                        + "' are the same tokens to this model's tokenizer; take another tokenizer or other choices");
            }
        }
    }

    /** One run over all items. */
    private final class Run {
        final AnswerTask task;
        final List<Point> points;
        final NextTokenPredictor predictor;
        final Listener listener;
        final BooleanSupplier stopped;
        final boolean thinks = model.thinks();
        int done;

        Run(
                AnswerTask task,
                List<Point> points,
                NextTokenPredictor predictor,
                Listener listener,
                BooleanSupplier stopped) {
            this.task = task;
            this.points = points;
            this.predictor = predictor;
            this.listener = listener;
            this.stopped = stopped;
        }

        List<AnswerScore> scores() {
            double[][] without = noScores();
            double[][] with = noScores();
            List<Optional<Thought>> thoughts = new ArrayList<>();
            listener.onPredictions(0, predictions());
            predict(Collections.nCopies(points.size(), Optional.empty()), (point, prediction) -> {
                point.next.forEach((choice, id) -> without[point.item][choice] += prediction.without(id));
                point.next.forEach((choice, id) -> with[point.item][choice] += prediction.with(id));
                thoughts.add(prediction.thought());
            });
            List<Optional<List<Integer>>> others = thoughtsOfOthers(thoughts);
            double[][] shuffled = noScores();
            if (thinks) {
                // A point without another item's thought keeps its own; its item is left out below.
                predict(
                        others,
                        (point, prediction) -> point.next.forEach(
                                (choice, id) -> shuffled[point.item][choice] += prediction.with(id)));
            }
            List<AnswerScore> scores = new ArrayList<>();
            for (int i = 0; i < points.size(); i++) {
                Point point = points.get(i);
                if (point.number == 0) {
                    boolean control = others.get(i).isPresent();
                    Optional<AnswerScore.Thinking> thinking = thoughts.get(i)
                            .map(thought -> new AnswerScore.Thinking(
                                    with[point.item],
                                    control ? Optional.of(shuffled[point.item]) : Optional.empty(),
                                    words(thought),
                                    thought.weight()));
                    scores.add(new AnswerScore(task.questions().get(point.item), without[point.item], thinking));
                }
            }
            return scores;
        }

        private String words(Thought thought) {
            return decode.apply(
                    thought.ids().stream().mapToInt(Integer::intValue).toArray());
        }

        private double[][] noScores() {
            return new double[task.questions().size()][task.choices().size()];
        }

        private int predictions() {
            return points.size() * (thinks ? 2 : 1);
        }

        /** @param given by point, the thought to take in place of one that is drawn */
        private void predict(List<Optional<List<Integer>>> given, BiConsumer<Point, Prediction> then) {
            for (int from = 0; from < points.size(); from += options.batchSize()) {
                List<Point> batch = points.subList(from, Math.min(points.size(), from + options.batchSize()));
                List<Text> texts = new ArrayList<>();
                for (Point point : batch) {
                    long seed = SplitMix.hash(options.seed(), point.item, point.number);
                    texts.add(new Text(point.ids, seed, given.get(from + texts.size())));
                }
                List<Prediction> predictions = predictor.predict(texts);
                for (int i = 0; i < predictions.size(); i++) {
                    then.accept(batch.get(i), predictions.get(i));
                }
                done += batch.size();
                listener.onPredictions(done, predictions());
                if (stopped.getAsBoolean() && done < predictions()) {
                    throw new QuietStarException("task " + task.name() + " was stopped before all items were scored");
                }
            }
        }

        /** For each point the thought of the item that stands half a group away; none in a group of one. */
        private List<Optional<List<Integer>>> thoughtsOfOthers(List<Optional<Thought>> thoughts) {
            Map<String, List<Integer>> alike = new LinkedHashMap<>();
            for (int i = 0; i < points.size(); i++) {
                Point point = points.get(i);
                String group = task.questions().get(point.item).group();
                alike.computeIfAbsent(point.number + " " + group, key -> new ArrayList<>())
                        .add(i);
            }
            List<Optional<List<Integer>>> others =
                    new ArrayList<>(Collections.nCopies(points.size(), Optional.empty()));
            for (List<Integer> group : alike.values()) {
                int n = group.size();
                for (int i = 0; n > 1 && i < n; i++) {
                    int other = group.get((i + n / 2) % n);
                    others.set(group.get(i), thoughts.get(other).map(Thought::ids));
                }
            }
            return others;
        }
    }
}
