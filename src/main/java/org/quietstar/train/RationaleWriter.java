package org.quietstar.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerScore;
import org.quietstar.eval.task.AnswerScorer;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.eval.task.Writing.Votes;
import org.quietstar.hub.ModelLoader;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * Writes rationales for the questions of a stage of mode star (STaR, Zelikman et al. 2022), and keeps what reaches the right
 * answer. Where the answer is wrong, and there is a hint, the model is asked again with the answer in its prompt
 * (rationalisation); what is kept then has the question alone.
 */
final class RationaleWriter {
    /** What is drawn for a turn: which questions, and the rationales without and with a hint. */
    private static final int QUESTIONS = 0;

    private static final int RATIONALES = 1;

    private static final int HINTED = 2;

    private final RunConfig config;
    private final StageConfig stage;
    private final AnswerTask task;
    private final AnswerScorer.Encoding encoding;
    private final ThinkingModel model;
    private final TrainingFlops costs;
    private final List<TrainingListener> listeners;
    private final BooleanSupplier stopped;

    private double flops;

    /**
     * @param model that writes, without thoughts; it stays the caller's
     * @param listeners are notified of each pass, over the questions and over those with a hint
     * @param stopped asked after every batch
     */
    RationaleWriter(
            RunConfig config,
            StageConfig stage,
            ThinkingModel model,
            Tokenizer tokenizer,
            List<TrainingListener> listeners,
            BooleanSupplier stopped) {
        this.config = config;
        this.stage = stage;
        this.task = task(stage);
        this.model = model.withoutThoughts();
        List<Integer> prefix = Tokenizers.textPrefix(tokenizer, stage.data().beginOfText());
        var loaded = new ModelLoader.Loaded(this.model, tokenizer, () -> config, OptionalLong.empty(), prefix);
        this.encoding = new AnswerScorer.Encoding(loaded::promptIds, prefix.size(), tokenizer);
        this.costs = new TrainingFlops(stage, model.config(), Set.of());
        this.listeners = listeners;
        this.stopped = stopped;
    }

    /**
     * The questions of a stage, to be answered by chain of thought.
     *
     * @throws QuietStarException where there is no such task, it has no texts for a chain of thought, or fewer questions than
     *     are to be asked
     */
    static AnswerTask task(StageConfig stage) {
        try {
            AnswerTask task = AnswerTask.read(Path.of(stage.star().task()))
                    .byChainOfThought(new Votes(1, stage.star().temperature()));
            int wanted = stage.star().questions();
            if (wanted > task.questions().size()) {
                throw new QuietStarException(
                        task.items() + " has " + task.questions().size() + " questions, star.questions is " + wanted
                                + "; ask fewer, or 0 for all");
            }
            return task;
        } catch (QuietStarException e) {
            throw new QuietStarException("star.task of stage '" + stage.name() + "': " + e.getMessage(), e);
        }
    }

    /**
     * Writes a turn's rationales.
     *
     * @param texts file that they go to
     * @param turn from 1
     * @param seed of what is drawn
     * @return empty where it was stopped, and nothing was written
     * @throws QuietStarException where no rationale reaches its answer
     */
    Optional<StarTurn> write(Path texts, int turn, long seed) {
        List<AnswerItem> items = questions(SplitMix.hash(seed, QUESTIONS));
        Optional<List<AnswerScore>> first = answers(items, turn, SplitMix.hash(seed, RATIONALES));
        if (first.isEmpty()) {
            return Optional.empty();
        }
        List<AnswerItem> wrong = first.get().stream()
                .filter(score -> !score.rightWithout())
                .map(AnswerScore::item)
                .toList();
        List<AnswerScore> second = List.of();
        if (stage.star().rationalises() && !wrong.isEmpty()) {
            List<AnswerItem> hinted = wrong.stream()
                    .map(item -> item.withPrompt(stage.star().hinted(item.prompt(), item.right())))
                    .toList();
            Optional<List<AnswerScore>> again = answers(hinted, turn, SplitMix.hash(seed, HINTED));
            if (again.isEmpty()) {
                return Optional.empty();
            }
            second = again.get();
        }
        List<StarTurn.Kept> kept = kept(first.get(), second);
        if (kept.isEmpty()) {
            throw new QuietStarException("stage '" + stage.name() + "', turn " + turn + ": of " + items.size()
                    + " rationales for " + stage.star().task()
                    + " none reaches its answer, so there is nothing to learn"
                    + " from; start from a model that answers some of the questions (model.weights, or a stage before"
                    + " this one), raise star.temperature, or ask more of them (star.questions)");
        }
        warnOfLong(kept);
        return Optional.of(StarTurn.write(texts, turn, items.size(), kept, flops));
    }

    /** The questions of a turn, in the order of the task. */
    private List<AnswerItem> questions(long seed) {
        List<AnswerItem> all = task.questions();
        int wanted = stage.star().questions();
        if (wanted == 0) {
            return all;
        }
        int[] order = IntStream.range(0, all.size()).toArray();
        new SplitMix(seed).shuffle(order);
        return Arrays.stream(order).limit(wanted).sorted().mapToObj(all::get).toList();
    }

    /** What the model makes of questions; empty where it was stopped. */
    private Optional<List<AnswerScore>> answers(List<AnswerItem> items, int turn, long seed) {
        var options = new AnswerScorer.Options(config.evaluation().taskBatchSize(), 0, seed, ThoughtContent.OWN);
        AnswerTask asked = task.withQuestions(items);
        AnswerScorer.Listener told =
                (done, all) -> listeners.forEach(listener -> listener.onRationales(stage, turn, done, all));
        boolean[] interrupted = {false};
        List<AnswerScore> scores;
        try {
            scores = new AnswerScorer(model, encoding, options).score(asked, Optional.empty(), told, () -> {
                interrupted[0] = stopped.getAsBoolean();
                return interrupted[0];
            });
        } catch (QuietStarException e) {
            if (interrupted[0]) {
                return Optional.empty();
            }
            throw e;
        }
        scores.forEach(score -> flops += flops(asked, score));
        return Optional.of(scores);
    }

    /** Prompt and rationale are read once while the rationale is written, and once more with its conclusion for the answer. */
    private double flops(AnswerTask asked, AnswerScore score) {
        AnswerScore.Vote vote = vote(score);
        int begun = tokens(asked.begun(score.item()));
        int reasoned = tokens(asked.begun(score.item()) + vote.reasoning());
        int concluded = tokens(asked.concluded(score.item(), vote.reasoning()));
        int worked = tokens(asked.worked(score.item(), vote));
        return costs.writing(reasoned, 1 + reasoned - begun) + costs.writing(worked, 1 + worked - concluded);
    }

    private int tokens(String text) {
        return encoding.encode().apply(text).length;
    }

    private static AnswerScore.Vote vote(AnswerScore score) {
        return ((AnswerScore.Written) score.without()).votes().get(0);
    }

    /** The texts whose answer is right, in the order of the questions, each with its own question's prompt. */
    private List<StarTurn.Kept> kept(List<AnswerScore> first, List<AnswerScore> second) {
        List<StarTurn.Kept> kept = new ArrayList<>();
        int tried = 0;
        for (AnswerScore score : first) {
            boolean hinted = !score.rightWithout() && !second.isEmpty();
            AnswerScore last = hinted ? second.get(tried++) : score;
            if (last.rightWithout()) {
                String text = task.worked(score.item(), vote(last));
                kept.add(new StarTurn.Kept(text, score.item().line(), hinted));
            }
        }
        return kept;
    }

    private void warnOfLong(List<StarTurn.Kept> kept) {
        int length = stage.data().sequenceLength();
        long cut = kept.stream().filter(each -> tokens(each.text()) > length).count();
        if (cut > 0) {
            String warning = cut + " of " + kept.size() + " rationales have more tokens than data.sequenceLength = "
                    + length + " and are learned in parts; make it longer, or the task's cotTokens smaller";
            listeners.forEach(listener -> listener.onWarning(warning));
        }
    }
}
