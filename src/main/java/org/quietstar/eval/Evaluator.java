package org.quietstar.eval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.HeldOutShare;
import org.quietstar.data.TextBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.runtime.MemoryNeed;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.thought.LearningMemory;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Scores held-out text (docs/algorithm.md, section 9): for every token its NLL under the base model, and its NLL after one
 * thought per position, mixed in, or the mean over several draws of thoughts. A model that has not learned to think does not.
 * One evaluator can be used again after the parameters have changed in place.
 */
public final class Evaluator implements AutoCloseable {
    /** Bytes of a file that a token takes at least; the first share of the documents is read to see how many it is. */
    private static final double LEAST_BYTES_OF_A_TOKEN = 1;
    /** Share of the documents that is read beyond what is wanted by the tokens of those before. */
    private static final double SLACK = 1.05;
    /** By which the share grows where no document fell to it. */
    private static final double GROWTH = 4;

    private final EvaluationConfig config;
    private final HeldOutScorer scorer;
    private final int batch;
    private final int length;
    private final long seed;
    private final int padId;
    private int sequence;

    /**
     * @param model whose parameters it follows
     * @param batch sequences B that come together
     * @param length text tokens L in a sequence
     * @param seed of the thoughts, where their temperature is not 0
     */
    public Evaluator(ThinkingModel model, EvaluationConfig config, int batch, int length, long seed) {
        NativeSettings.warnOnce();
        this.config = config;
        this.batch = batch;
        this.length = length;
        this.seed = seed;
        this.padId = model.tokens().padId();
        requirePositions(model);
        requireMemory(model, 0);
        this.scorer = model.thinks()
                ? new HeldOutScorer.Thinking(model, config, batch, length, seed)
                : new HeldOutScorer.Plain(model, batch, length);
        try {
            requireMemory(model, scorer.bufferBytes());
        } catch (QuietStarException e) {
            scorer.close();
            throw e;
        }
    }

    /**
     * Refuses what does not fit beside the weights. Plans know their buffers' size before they are allocated.
     *
     * @param buffers bytes that the plans share; 0 where they are not compiled yet
     */
    private void requireMemory(ThinkingModel model, long buffers) {
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("weights", model.bytes());
        if (model.thinks()) {
            var layout =
                    ThoughtLayout.forScoring(batch, length, model.settings().thoughtTokens());
            parts.put("activations", LearningMemory.keptForScoring(model.config(), layout, model.dataType()));
        }
        long logits = (long) batch
                * length
                * model.config().vocabSize()
                * model.dataType().width();
        parts.put("buffers, logits", Math.max(buffers, logits));
        new MemoryNeed("Scoring " + batch + " sequences of " + length + " tokens together", parts)
                .requireFits("lower data.batchSize or data.sequenceLength (--set data.batchSize=1)");
    }

    /** Throws where a sequence, with a thought after its last token, is longer than the model has positions for. */
    private void requirePositions(ThinkingModel model) {
        long needed = length + (model.thinks() ? 2L + model.settings().thoughtTokens() : 0L);
        if (needed > model.config().maxPositions()) {
            throw new QuietStarException("data.sequenceLength " + length + " takes " + needed
                    + " positions with what is thought, but the model has "
                    + model.config().maxPositions()
                    + "; lower data.sequenceLength");
        }
    }

    /**
     * Scores batches until they end or {@code maxTokens} are reached, exactly: how many sequences come together does not
     * change what is scored, nor what is thought. Of a sequence that is cut short the bytes are taken in proportion.
     *
     * @param documents tells which document a token stands in
     * @param goesOn hears how many tokens are scored; false ends it there
     */
    public TokenScores score(TextBatches batches, DocumentCounter documents, IntPredicate goesOn) {
        var scores = new TokenScores();
        sequence = 0;
        score(batches, documents, goesOn, scores);
        return scores;
    }

    /** Adds to the scores; false where it was told to end. */
    private boolean score(TextBatches batches, DocumentCounter documents, IntPredicate goesOn, TokenScores scores) {
        while (scores.size() < config.maxTokens() && batches.hasNext()) {
            score(batches.next(), sequence, documents, scores);
            sequence += batch;
            if (!goesOn.test(scores.size())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Scores held-out text; otherwise as {@link #score}. Where there is more of it than {@code maxTokens}, the documents are
     * taken by a hash of their texts and not from the beginning of the files, so that they stand for all of it.
     *
     * @param data whose held-out text it is
     * @param share of the held-out documents; all of them where no document falls to it
     * @param listener is told of bad records
     */
    public TokenScores scoreHeldOut(
            DataConfig data, HeldOutShare share, Tokenizer tokenizer, DataListener listener, IntPredicate goesOn) {
        var documents = new DocumentCounter(tokenizer.eosId(), length, data.packing() == Packing.RANDOM_SPAN);
        var scores = new TokenScores();
        sequence = 0;
        double bytes = TextBatches.heldOutBytes(data)
                * (data.validation().isEmpty() ? data.validationFraction() : 1)
                * (share.to() - share.from());
        double from = 0;
        double to = Math.min(1, LEAST_BYTES_OF_A_TOKEN * config.maxTokens() / Math.max(1, bytes));
        while (true) {
            HeldOutShare part = share.part(from, to);
            try (TextBatches batches = TextBatches.validation(data, tokenizer, padId, seed, listener, part)) {
                if (!score(batches, documents, goesOn, scores) || scores.size() >= config.maxTokens()) {
                    return scores;
                }
            }
            if (to >= 1) {
                break;
            }
            from = to;
            double wanted = scores.size() == 0 ? GROWTH : SLACK * config.maxTokens() / scores.size();
            to = Math.min(1, wanted * to);
        }
        if (scores.size() > 0 || share.equals(HeldOutShare.ALL)) {
            return scores;
        }
        return scoreHeldOut(data, HeldOutShare.ALL, tokenizer, listener, goesOn);
    }

    private void score(TokenBatch text, int firstSequence, DocumentCounter documents, TokenScores scores) {
        int[] lengths = text.lengths();
        scorer.run(text, firstSequence);
        int scored = addScores(text, documents, scores);
        long labels = Arrays.stream(lengths).mapToLong(n -> Math.max(0, n - 1)).sum();
        if (labels > 0) {
            scores.addTextBytes(text.textBytes() * scored / labels);
        }
    }

    /** Adds the scores of real labels, as many as are still wanted; returns how many. */
    private int addScores(TokenBatch text, DocumentCounter documents, TokenScores scores) {
        double[] base = scorer.base();
        List<double[]> mixed = scorer.mixed();
        List<double[]> distribution = scorer.distribution();
        int before = scores.size();
        for (int r = 0; r < base.length && scores.size() < config.maxTokens(); r++) {
            int p = r % length;
            if (p == 0 && text.lengths()[r / length] > 0) {
                documents.beginWindow(text.ids()[r]);
            }
            if (p + 1 < text.lengths()[r / length]) {
                int row = r;
                scores.add(
                        (float) base[r],
                        mixed.stream().mapToDouble(draw -> draw[row]).toArray(),
                        documents.of(text.ids()[r + 1]),
                        distribution.stream().mapToDouble(each -> each[row]).toArray());
            }
        }
        return scores.size() - before;
    }

    @Override
    public void close() {
        scorer.close();
    }
}
