package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtContents;

/**
 * The probability of what may come next after many texts, without a thought and with one, computed for several texts at a
 * time with cached keys. What comes of a text depends on the text and its seed, not on the others or on how many go
 * together. Used by one thread at a time.
 */
public final class NextTokenPredictor implements AutoCloseable {
    private final ThinkingModel model;
    private final int batch;
    private final DecodeStep next;
    private final int step;
    private final ThoughtContent content;
    /** Draws thoughts that do not see the text, where such are wanted. */
    private final Optional<DecodeStep> blind;

    private Optional<CachedDecoder> decoder = Optional.empty();

    /**
     * @param model stays the caller's
     * @param batch texts that go through the model together, 1 or more
     * @param thoughtTemperature at which thoughts are sampled; 0 is greedy
     */
    public NextTokenPredictor(ThinkingModel model, int batch, double thoughtTemperature) {
        this(model, batch, thoughtTemperature, ThoughtContent.OWN);
    }

    /**
     * @param thinking stays the caller's
     * @param batch texts that go through the model together, 1 or more
     * @param thoughtTemperature at which thoughts are sampled; 0 is greedy
     * @param content of thoughts that are not given; shuffled ones are the caller's to give
     */
    public NextTokenPredictor(ThinkingModel thinking, int batch, double thoughtTemperature, ThoughtContent content) {
        this.model = ThoughtContents.model(thinking, content);
        this.content = content;
        this.batch = batch;
        ThinkWhen when = model.thinks() ? new ThinkWhen.Always() : new ThinkWhen.Never();
        this.next = new DecodeStep(model, when, true, thoughtTemperature);
        this.blind = content == ThoughtContent.BLIND
                ? Optional.of(new DecodeStep(model, when, true, thoughtTemperature, true))
                : Optional.empty();
        this.step = 1 + DecodeStep.positions(when, model.thoughtTokens());
    }

    /**
     * A text.
     *
     * @param ids at least one
     * @param seed of the thought's tokens
     * @param thought tokens of the thought, T of them; empty for a thought that is drawn, or for pauses
     */
    public record Text(int[] ids, long seed, Optional<List<Integer>> thought) {}

    /** What may come after a text. */
    public static final class Prediction {
        private final DecodeStep.Choice choice;

        Prediction(DecodeStep.Choice choice) {
            this.choice = choice;
        }

        /** Log-probability of a token that comes next, without a thought, in nats. */
        public double without(int id) {
            return choice.base().orElseThrow().logProbability(id);
        }

        /** Log-probability of a token that comes next, after the thought if there is one, in nats. */
        public double with(int id) {
            return choice.distribution().logProbability(id);
        }

        /** The thought; empty for a model that does not think. */
        public Optional<Thought> thought() {
            return choice.thought();
        }
    }

    /** Positions that a text of so many tokens takes with the thought after it. */
    public int positions(int tokens) {
        return tokens - 1 + step;
    }

    /**
     * Predicts what comes next.
     *
     * @param texts at most a batch
     * @return in the order of the texts
     * @throws QuietStarException where a text and its thought take more positions than the model has
     */
    public List<Prediction> predict(List<Text> texts) {
        if (texts.size() > batch) {
            throw new IllegalArgumentException(texts.size() + " texts do not fit into a batch of " + batch);
        }
        int longest = texts.stream().mapToInt(text -> text.ids.length).max().orElse(0);
        int limit = model.config().maxPositions();
        if (positions(longest) > limit) {
            throw new QuietStarException("a text of " + longest + " tokens takes " + positions(longest)
                    + " positions" + (step > 1 ? " with its thought" : "") + ", but the model has " + limit
                    + "; shorten it");
        }
        open(Math.max(texts.size(), 1), positions(longest) + 1);
        List<Reading> readings = texts.stream().map(Reading::new).toList();
        CachedDecoder open = decoder.orElseThrow();
        open.prefill(readings);
        readings = withContent(open, readings);
        List<Prediction> predictions = new ArrayList<>();
        for (Optional<DecodeStep.Choice> choice : next.of(open, readings)) {
            predictions.add(new Prediction(choice.orElseThrow()));
        }
        return predictions;
    }

    /** The readings with the thoughts of another content than the model's own. */
    private List<Reading> withContent(CachedDecoder open, List<Reading> readings) {
        if (!model.thinks() || (content != ThoughtContent.RANDOM && content != ThoughtContent.BLIND)) {
            return readings;
        }
        List<Optional<DecodeStep.Choice>> drawn =
                blind.map(step -> step.of(open, readings)).orElse(List.of());
        List<Reading> given = new ArrayList<>();
        for (int i = 0; i < readings.size(); i++) {
            Text text = readings.get(i).text;
            List<Integer> thought = blind.isPresent()
                    ? drawn.get(i).orElseThrow().thought().orElseThrow().ids()
                    : randomThought(text.seed);
            given.add(new Reading(new Text(text.ids, text.seed, Optional.of(text.thought.orElse(thought)))));
        }
        return given;
    }

    private List<Integer> randomThought(long seed) {
        int[] ids = ThoughtContents.randomTokens(model, model.thoughtTokens(), SplitMix.of(seed));
        return Arrays.stream(ids).boxed().toList();
    }

    /** Keeps the decoder, with its plans, while batches have the same size and fit. */
    private void open(int texts, int positions) {
        if (decoder.filter(open -> open.fits(texts, positions)).isEmpty()) {
            close();
            decoder = Optional.of(new CachedDecoder(
                    model,
                    texts,
                    CachedDecoder.capacity(positions, model.config().maxPositions())));
        }
    }

    @Override
    public void close() {
        decoder.ifPresent(CachedDecoder::close);
        decoder = Optional.empty();
    }

    /** A text as a context that nothing is added to. */
    private record Reading(Text text) implements DecodeStep.Context {
        @Override
        public boolean finished() {
            return false;
        }

        @Override
        public int length() {
            return text.ids.length;
        }

        @Override
        public int[] allButLast() {
            return Arrays.copyOf(text.ids, text.ids.length - 1);
        }

        @Override
        public int last() {
            return text.ids[text.ids.length - 1];
        }

        @Override
        public boolean[] seen() {
            return new boolean[0];
        }

        @Override
        public double uniformOfThought(int token) {
            return SplitMix.of(text.seed, token).nextDouble();
        }

        @Override
        public OptionalInt givenThought(int token) {
            return text.thought.map(ids -> OptionalInt.of(ids.get(token))).orElse(OptionalInt.empty());
        }
    }
}
