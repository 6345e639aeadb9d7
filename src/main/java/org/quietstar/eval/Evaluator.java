package org.quietstar.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.data.Batch;
import org.quietstar.data.MicroBatch;
import org.quietstar.data.SplitMix;
import org.quietstar.data.TextBatches;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;
import org.quietstar.thought.LabelCounts;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.LossWeights;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.QuietStarSetup;
import org.quietstar.thought.ThoughtForward;
import org.quietstar.thought.ThoughtSampling;
import org.quietstar.thought.ThoughtSizes;

/**
 * Scores held-out text (spec §9): for every token its NLL under the base model, and its NLL after one thought per
 * position, mixed in. One evaluator can be used again after the parameters have changed in place.
 */
public final class Evaluator implements AutoCloseable {
    private final ThoughtSizes sizes;
    private final EvaluationConfig config;
    private final LearningBatch inputs;
    private final SharedBuffers memory = new SharedBuffers();
    private final ThoughtForward forward;
    private final StaticPlan plan;
    private final long seed;
    private final int padId;

    /**
     * @param batch sequences B that come together
     * @param length text tokens L in a sequence
     * @param bannedIds ids that a thought never contains
     * @param parameters the decoder's and the thoughts'; without thoughts yet, fresh ones, which change nothing
     * @param seed of the thoughts, where their temperature is not 0
     */
    public Evaluator(
            ModelConfig model,
            ThoughtConfig thought,
            EvaluationConfig config,
            int batch,
            int length,
            List<Integer> bannedIds,
            int padId,
            Parameters parameters,
            long seed) {
        NativeSettings.warnOnce();
        this.config = config;
        this.seed = seed;
        this.padId = padId;
        // One thought for each position, and the next token alone: that is what a reader of the text would need.
        this.sizes = new ThoughtSizes(batch, length, 1, thought.thoughtTokens(), 1);
        this.inputs = new LearningBatch(sizes, 0, padId, parameters.dataType());
        ThoughtSampling sampling = ThoughtSampling.atTemperature(config.thoughtTemperature());
        LossConfig loss = LossConfig.defaults();
        var setup = new QuietStarSetup(model, thought, loss, LossWeights.of(loss), sizes, bannedIds, parameters);
        this.forward = ThoughtForward.forScoring(setup, sampling, memory);
        var graph = QuietStarGraph.ofLikelihoods(setup);
        this.plan = StaticPlan.builder(graph.graph(), graph.graph())
                .given(inputs.inputs())
                .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                .outputs(List.of(QuietStarGraph.BASE_NLL, QuietStarGraph.THOUGHT_NLL))
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
        for (Batch batch = batches.next();
                batch != null && scores.size() < config.maxTokens();
                batch = batches.next()) {
            sequence = score(batch, sequence, scores);
            if (!goesOn.test(scores.size())) {
                break;
            }
        }
        return scores;
    }

    private int score(Batch batch, int firstSequence, TokenScores scores) {
        MicroBatch text = MicroBatch.of(batch, padId);
        int[] lengths = text.lengths();
        inputs.setText(text.ids(), lengths, LabelCounts.of(lengths, 1, 0));
        forward.draw(inputs, (token, noise) -> Uniform.fill(noise, SplitMix.of(seed, firstSequence, token)));
        forward.finish(inputs);
        plan.run();
        int scored = addScores(lengths, firstSequence, scores);
        long labels = Arrays.stream(lengths).mapToLong(n -> Math.max(0, n - 1)).sum();
        if (labels > 0) {
            scores.addTextBytes(batch.textBytes() * scored / labels);
        }
        return firstSequence + sizes.batch();
    }

    /** Adds the plan's scores of real labels, as many as are still wanted; returns how many. */
    private int addScores(int[] lengths, int firstSequence, TokenScores scores) {
        double[] base = numbers(QuietStarGraph.BASE_NLL);
        double[] mixed = numbers(QuietStarGraph.THOUGHT_NLL);
        int before = scores.size();
        for (int r = 0; r < base.length && scores.size() < config.maxTokens(); r++) {
            int p = r % sizes.length();
            int sequence = r / sizes.length();
            if (p + 1 < lengths[sequence]) {
                scores.add((float) base[r], (float) mixed[r], firstSequence + sequence);
            }
        }
        return scores.size() - before;
    }

    private double[] numbers(String output) {
        INDArray array = plan.output(output);
        return array.reshape(array.length()).toDoubleVector();
    }

    @Override
    public void close() {
        plan.close();
        forward.close();
        memory.close();
        inputs.close();
    }
}
