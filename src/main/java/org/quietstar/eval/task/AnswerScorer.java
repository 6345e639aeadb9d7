package org.quietstar.eval.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.task.AnswerPoints.Point;
import org.quietstar.eval.task.AnswerScore.Likelihoods;
import org.quietstar.eval.task.AnswerScore.Way;
import org.quietstar.eval.task.AnswerTask.Answers;
import org.quietstar.generate.NextTokenPredictor;
import org.quietstar.generate.NextTokenPredictor.Prediction;
import org.quietstar.generate.NextTokenPredictor.Text;
import org.quietstar.generate.Thought;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Scores the items of a task: the log-probability of each answer after the prompt, without and with thoughts, and with
 * thoughts of other items; or, where answers are written, what the model writes without and with thoughts. As in generation,
 * each token of an answer has a thought of its own before it, which depends on the seed and the item alone; how many items
 * go together changes nothing but the last digits. A prompt that is too long loses its beginning, an answer nothing.
 */
public final class AnswerScorer {
    /** Passes over the points: with the model's own thoughts, and with those of other items. */
    private static final int OWN = 0;

    private static final int SHUFFLED = 1;

    private final ThinkingModel model;
    private final Encoding encoding;
    private final Options options;

    /**
     * What turns text into ids and back.
     *
     * @param encode ids of a text, with what stands before every text, as the model was trained; at least one
     * @param prefix how many ids stand before every text
     * @param tokenizer words of ids, and which ids end a text
     */
    public record Encoding(Function<String, int[]> encode, int prefix, Tokenizer tokenizer) {
        /** Words of a thought. */
        String words(Thought thought) {
            return tokenizer.decode(thought.tokens());
        }
    }

    /**
     * How a task is scored.
     *
     * @param batchSize items that go through the model together, 1 or more
     * @param thoughtTemperature at which thoughts are sampled; 0 is greedy
     * @param seed of the thoughts
     * @param content of the thoughts; shuffled ones are those of the control, where an item has one
     */
    public record Options(int batchSize, double thoughtTemperature, long seed, ThoughtContent content) {
        /** Scores with the model's own thoughts. */
        public Options(int batchSize, double thoughtTemperature, long seed) {
            this(batchSize, thoughtTemperature, seed, ThoughtContent.OWN);
        }
    }

    /** Hears how far scoring is; first of all 0. */
    @FunctionalInterface
    public interface Listener {
        /** So many of {@code all} predictions are made, or answers written. */
        void onPredictions(int done, int all);

        /** Something that people should know, in one line. */
        default void onWarning(String message) {}
    }

    public AnswerScorer(ThinkingModel model, Encoding encoding, Options options) {
        this.model = model;
        this.encoding = encoding;
        this.options = options;
    }

    /**
     * Scores all items.
     *
     * @param journal file that keeps what is scored, until it is {@linkplain #forget forgotten}, and from which a run that was
     *     killed continues; empty for none
     * @param stopped asked after every batch
     * @return in the order of the task
     * @throws QuietStarException that names file and line, where an answer is beyond the model's positions, or two choices
     *     are the same tokens; and where it was stopped
     */
    public List<AnswerScore> score(
            AnswerTask task, Optional<Path> journal, Listener listener, BooleanSupplier stopped) {
        require(task);
        try (AnswerJournal kept = journal.map(
                        file -> AnswerJournal.open(file, AnswerKey.of(task, model, options), listener::onWarning))
                .orElseGet(AnswerJournal::none)) {
            var batches = new AnswerBatches(task.name(), options.batchSize(), kept, listener, stopped);
            return task.isWritten()
                    ? new AnswerWriter(model, encoding, options, task).scores(batches)
                    : likelihoods(task, batches);
        }
    }

    /** Deletes a journal, once all that belongs to the same results is scored. */
    public static void forget(Path journal) {
        AnswerJournal.delete(journal);
    }

    private List<AnswerScore> likelihoods(AnswerTask task, AnswerBatches batches) {
        try (NextTokenPredictor predictor = predictor()) {
            return new Run(task, points(task, predictor), predictor, batches).scores();
        }
    }

    /**
     * Refuses a task that cannot be scored; reads no parameters.
     *
     * @throws QuietStarException as {@link #score}
     */
    public void require(AnswerTask task) {
        if (task.isWritten()) {
            new AnswerWriter(model, encoding, options, task).require();
            return;
        }
        try (NextTokenPredictor predictor = predictor()) {
            points(task, predictor);
        }
    }

    private NextTokenPredictor predictor() {
        return new NextTokenPredictor(model, options.batchSize(), options.thoughtTemperature(), options.content());
    }

    private List<Point> points(AnswerTask task, NextTokenPredictor predictor) {
        return new AnswerPoints(task, encoding.encode(), encoding.prefix(), model.config(), predictor.positions(0))
                .all();
    }

    /** One run over all items. */
    private final class Run {
        final AnswerTask task;
        final List<Point> points;
        final NextTokenPredictor predictor;
        final AnswerBatches batches;
        final boolean thinks = model.thinks();
        final int[] tokens;

        Run(AnswerTask task, List<Point> points, NextTokenPredictor predictor, AnswerBatches batches) {
            this.task = task;
            this.points = points;
            this.predictor = predictor;
            this.batches = batches;
            this.tokens = AnswerTokens.of(
                    task, encoding.tokenizer()::decode, model.config().vocabSize());
        }

        List<AnswerScore> scores() {
            batches.begin(points.size() * (thinks ? 2 : 1));
            List<PointScores> own = predict(OWN, Collections.nCopies(points.size(), Optional.empty()));
            List<Optional<List<Integer>>> others = thoughtsOfOthers(own);
            // A point without another item's thought keeps its own; its item is left out below.
            List<PointScores> shuffled = thinks ? predict(SHUFFLED, others) : List.of();
            Map<Integer, List<Integer>> byItem = new TreeMap<>();
            for (int i = 0; i < points.size(); i++) {
                byItem.computeIfAbsent(points.get(i).item(), key -> new ArrayList<>())
                        .add(i);
            }
            List<AnswerScore> scores = new ArrayList<>();
            byItem.forEach((index, places) -> {
                AnswerItem item = task.questions().get(index);
                Way without = way(item, places, i -> own.get(i).without());
                scores.add(new AnswerScore(item, without, thinking(item, places, own, shuffled, others)));
            });
            return scores;
        }

        /** What thoughts did to an item; its first point has the thought before the answer. */
        private Optional<AnswerScore.Thinking> thinking(
                AnswerItem item,
                List<Integer> places,
                List<PointScores> own,
                List<PointScores> shuffled,
                List<Optional<List<Integer>>> others) {
            int first = places.get(0);
            boolean control = others.get(first).isPresent();
            List<PointScores> with = control && options.content() == ThoughtContent.SHUFFLED ? shuffled : own;
            return own.get(first)
                    .thought()
                    .map(thought -> new AnswerScore.Thinking(
                            way(item, places, i -> with.get(i).with()),
                            control
                                    ? Optional.of(way(
                                            item, places, i -> shuffled.get(i).with()))
                                    : Optional.empty(),
                            encoding.words(thought),
                            thought.weight()));
        }

        /** Adds up the tokens of each choice. */
        private Way way(AnswerItem item, List<Integer> places, IntFunction<List<PointScores.Next>> tokensAt) {
            double[] logs = new double[item.choices().size()];
            boolean likeliest = true;
            for (int place : places) {
                for (PointScores.Next next : tokensAt.apply(place)) {
                    logs[next.choice()] += next.log();
                    likeliest &= next.likeliest();
                }
            }
            return task.answers() == Answers.DIGITS ? new Likelihoods(logs, likeliest) : Way.among(item, logs);
        }

        /** @param given by point, the thought to take in place of one that is drawn */
        private List<PointScores> predict(int pass, List<Optional<List<Integer>>> given) {
            return batches.pass(
                    pass, points.size(), PointScores::fromJson, PointScores::toJson, batch -> predict(batch, given));
        }

        private List<PointScores> predict(List<Integer> batch, List<Optional<List<Integer>>> given) {
            List<Text> texts = batch.stream()
                    .map(i -> {
                        Point point = points.get(i);
                        long seed = SplitMix.hash(options.seed(), point.item(), point.number());
                        return new Text(point.ids(), seed, given.get(i));
                    })
                    .toList();
            List<Prediction> predictions = predictor.predict(texts);
            return IntStream.range(0, predictions.size())
                    .mapToObj(i -> PointScores.of(points.get(batch.get(i)), predictions.get(i), tokens))
                    .toList();
        }

        /** For each point the thought of the item that stands half a group away; none in a group of one. */
        private List<Optional<List<Integer>>> thoughtsOfOthers(List<PointScores> own) {
            Map<String, List<Integer>> alike = new LinkedHashMap<>();
            for (int i = 0; i < points.size(); i++) {
                Point point = points.get(i);
                String group = task.questions().get(point.item()).group();
                alike.computeIfAbsent(point.number() + " " + group, key -> new ArrayList<>())
                        .add(i);
            }
            List<Optional<List<Integer>>> others =
                    new ArrayList<>(Collections.nCopies(points.size(), Optional.empty()));
            for (List<Integer> group : alike.values()) {
                int n = group.size();
                for (int i = 0; n > 1 && i < n; i++) {
                    int other = group.get((i + n / 2) % n);
                    others.set(group.get(i), own.get(other).thought().map(Thought::ids));
                }
            }
            return others;
        }
    }
}
