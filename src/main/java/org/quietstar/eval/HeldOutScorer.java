package org.quietstar.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.random.SplitMix;
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

/** Computes the scores of one batch. Arrays have a number for each row of the batch, [B·L], whether it has a label or not. */
sealed interface HeldOutScorer extends AutoCloseable {

    /**
     * Scores a batch.
     *
     * @param firstSequence number of its first sequence in the whole text
     */
    void run(TokenBatch batch, int firstSequence);

    /** NLL without thoughts. */
    double[] base();

    /** NLL with thoughts, of each draw of them; the base's where the model does not think. */
    List<double[]> mixed();

    /** Entropy of the base's distribution, then the label's NLL at each temperature of {@link BaseDistribution}. */
    List<double[]> distribution();

    @Override
    void close();

    /** A model without thoughts, which is a plain language model: nothing is thought, and nothing is mixed. */
    final class Plain implements HeldOutScorer {
        private final int length;
        private final Map<String, INDArray> inputs = new LinkedHashMap<>();
        private final List<String> distribution;
        private final StaticPlan plan;

        Plain(ThinkingModel model, int batch, int length) {
            this.length = length;
            var graph = new LanguageModelGraph(model.config(), batch, length, model.decoder());
            SameDiff sd = graph.graph();
            this.distribution = BaseDistribution.addTo(
                    sd, sd.getVariable(LanguageModelGraph.LOGITS), sd.getVariable(LanguageModelGraph.NLL));
            inputs.put(LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, (long) batch * length));
            inputs.put(LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, (long) batch * length));
            List<String> outputs = new ArrayList<>(List.of(LanguageModelGraph.NLL));
            outputs.addAll(distribution);
            this.plan = StaticPlan.compile(sd, inputs, outputs);
        }

        @Override
        public void run(TokenBatch batch, int firstSequence) {
            int[] ids = batch.ids();
            int[] next = new int[ids.length];
            for (int r = 0; r < ids.length; r++) {
                next[r] = r % length + 1 < batch.lengths()[r / length] ? ids[r + 1] : 0;
            }
            HostArrays.fill(inputs.get(LanguageModelGraph.IDS), ids);
            HostArrays.fill(inputs.get(LanguageModelGraph.LABELS), next);
            plan.run();
        }

        @Override
        public double[] base() {
            return HostArrays.numbers(plan.output(LanguageModelGraph.NLL));
        }

        @Override
        public List<double[]> mixed() {
            return List.of(base());
        }

        @Override
        public List<double[]> distribution() {
            return numbers(plan, distribution);
        }

        @Override
        public void close() {
            plan.close();
            inputs.values().forEach(INDArray::close);
        }
    }

    /** A model with thoughts: one thought for each position and draw, and the next token alone, as a reader needs them. */
    final class Thinking implements HeldOutScorer {
        private final EvaluationConfig config;
        private final long seed;
        private final LearningInputs inputs;
        private final PlanMemory memory = new PlanMemory();
        private final ThoughtForward forward;
        private final List<String> distribution;
        private final StaticPlan plan;
        private final List<double[]> mixed = new ArrayList<>();

        Thinking(ThinkingModel model, EvaluationConfig config, int batch, int length, long seed) {
            this.config = config;
            this.seed = seed;
            ThoughtLayout layout =
                    new ThoughtLayout(batch, length, 1, model.settings().thoughtTokens(), 1);
            this.inputs = new LearningInputs(layout, 0, model.tokens().padId(), model.dataType());
            this.forward = ThoughtForward.forScoring(
                    model, layout, ThoughtSampler.atTemperature(config.thoughtTemperature()), memory);
            SameDiff sd = new QuietStarLoss(model, LossSpec.of(LossConfig.defaults()), layout).graph();
            this.distribution = BaseDistribution.addTo(
                    sd, sd.getVariable(QuietStarLoss.BASE_LOGITS), sd.getVariable(QuietStarLoss.BASE_NLL));
            List<String> outputs = new ArrayList<>(List.of(QuietStarLoss.BASE_NLL, QuietStarLoss.THOUGHT_NLL));
            outputs.addAll(distribution);
            this.plan = StaticPlan.of(sd)
                    .given(inputs.inputs())
                    .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                    .outputs(outputs)
                    .sharing(memory)
                    .compile();
        }

        @Override
        public void run(TokenBatch batch, int firstSequence) {
            int[] lengths = batch.lengths();
            inputs.setText(batch.ids(), lengths, inputs.counts(lengths));
            mixed.clear();
            for (int each = 0; each < config.thoughtSamples(); each++) {
                int draw = each;
                // A sequence's thoughts are the same whatever stands beside it.
                forward.sample(
                        inputs,
                        (token, noise) -> UniformNoise.fill(
                                noise,
                                lengths.length,
                                sequence -> SplitMix.of(seed, firstSequence + sequence, token, draw)));
                forward.finish(inputs);
                plan.run();
                mixed.add(HostArrays.numbers(plan.output(QuietStarLoss.THOUGHT_NLL)));
            }
        }

        @Override
        public double[] base() {
            return HostArrays.numbers(plan.output(QuietStarLoss.BASE_NLL));
        }

        @Override
        public List<double[]> mixed() {
            return List.copyOf(mixed);
        }

        @Override
        public List<double[]> distribution() {
            return numbers(plan, distribution);
        }

        @Override
        public void close() {
            plan.close();
            forward.close();
            memory.close();
            inputs.close();
        }
    }

    private static List<double[]> numbers(StaticPlan plan, List<String> outputs) {
        return outputs.stream()
                .map(name -> HostArrays.numbers(plan.output(name)))
                .toList();
    }
}
