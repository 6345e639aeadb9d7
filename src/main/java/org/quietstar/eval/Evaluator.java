package org.quietstar.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.quietstar.config.DataConfig;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.TextBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.random.SplitMix;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtForward;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtSampler;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Scores held-out text (docs/algorithm.md, section 9): for every token its NLL under the base model, and its NLL after one thought per
 * position, mixed in. One evaluator can be used again after the parameters have changed in place.
 */
public final class Evaluator implements AutoCloseable {
    private final ThoughtLayout layout;
    private final EvaluationConfig config;
    private final LearningInputs inputs;
    private final PlanMemory memory = new PlanMemory();
    private final ThoughtForward forward;
    private final StaticPlan plan;
    /** Parameters of thoughts that were made for this evaluator alone. */
    private final Optional<Parameters> fresh;

    private final long seed;
    private final int padId;

    /**
     * @param model whose parameters it follows; one that has not learned to think is scored with idle thoughts, which
     *     change nothing
     * @param batch sequences B that come together
     * @param length text tokens L in a sequence
     * @param seed of the thoughts, where their temperature is not 0, and of what is held out
     */
    public Evaluator(ThinkingModel model, EvaluationConfig config, int batch, int length, long seed) {
        NativeSettings.warnOnce();
        this.config = config;
        this.seed = seed;
        this.padId = model.tokens().padId();
        // One thought for each position, and the next token alone: that is what a reader of the text would need.
        this.layout = new ThoughtLayout(batch, length, 1, model.settings().thoughtTokens(), 1);
        this.inputs = new LearningInputs(layout, 0, padId, model.dataType());
        ThinkingModel thinking = model.withIdleThoughts();
        this.fresh = model.thinks() ? Optional.empty() : thinking.thought();
        this.forward = ThoughtForward.forScoring(
                thinking, layout, ThoughtSampler.atTemperature(config.thoughtTemperature()), memory);
        var graph = new QuietStarLoss(thinking, LossSpec.of(LossConfig.defaults()), layout);
        this.plan = StaticPlan.of(graph.graph())
                .given(inputs.inputs())
                .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                .outputs(List.of(QuietStarLoss.BASE_NLL, QuietStarLoss.THOUGHT_NLL))
                .sharing(memory)
                .compile();
    }

    /**
     * Scores batches until they end or {@code maxTokens} are reached, exactly: how many sequences come together does not
     * change what is scored. Of a sequence that is cut short the bytes are taken in proportion.
     *
     * @param goesOn hears how many tokens are scored; false ends it there
     */
    public TokenScores score(TextBatches batches, IntPredicate goesOn) {
        var scores = new TokenScores();
        int sequence = 0;
        while (scores.size() < config.maxTokens() && batches.hasNext()) {
            sequence = score(batches.next(), sequence, scores);
            if (!goesOn.test(scores.size())) {
                break;
            }
        }
        return scores;
    }

    /**
     * Scores held-out text; otherwise as {@link #score}.
     *
     * @param data whose held-out text it is
     * @param listener is told of bad records
     */
    public TokenScores scoreHeldOut(DataConfig data, Tokenizer tokenizer, DataListener listener, IntPredicate goesOn) {
        try (TextBatches batches = TextBatches.validation(data, tokenizer, padId, seed, listener)) {
            return score(batches, goesOn);
        }
    }

    private int score(TokenBatch batch, int firstSequence, TokenScores scores) {
        int[] lengths = batch.lengths();
        inputs.setText(batch.ids(), lengths, inputs.counts(lengths));
        forward.sample(inputs, (token, noise) -> UniformNoise.fill(noise, SplitMix.of(seed, firstSequence, token)));
        forward.finish(inputs);
        plan.run();
        int scored = addScores(lengths, firstSequence, scores);
        long labels = Arrays.stream(lengths).mapToLong(n -> Math.max(0, n - 1)).sum();
        if (labels > 0) {
            scores.addTextBytes(batch.textBytes() * scored / labels);
        }
        return firstSequence + layout.batch();
    }

    /** Adds the plan's scores of real labels, as many as are still wanted; returns how many. */
    private int addScores(int[] lengths, int firstSequence, TokenScores scores) {
        double[] base = HostArrays.numbers(plan.output(QuietStarLoss.BASE_NLL));
        double[] mixed = HostArrays.numbers(plan.output(QuietStarLoss.THOUGHT_NLL));
        int before = scores.size();
        for (int r = 0; r < base.length && scores.size() < config.maxTokens(); r++) {
            int p = layout.positionOf(r);
            int sequence = r / layout.length();
            if (p + 1 < lengths[sequence]) {
                scores.add((float) base[r], (float) mixed[r], firstSequence + sequence);
            }
        }
        return scores.size() - before;
    }

    @Override
    public void close() {
        plan.close();
        forward.close();
        memory.close();
        inputs.close();
        fresh.ifPresent(Parameters::close);
    }
}
