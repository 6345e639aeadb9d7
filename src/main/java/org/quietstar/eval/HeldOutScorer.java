package org.quietstar.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
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
import org.quietstar.thought.NoiseSource;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtContents;
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

    /** What computes the base's scores. */
    BasePlan plan();

    /** Bytes of the buffers that its plans share. */
    long bufferBytes();

    /** NLL without thoughts. */
    default double[] base() {
        return plan().numbers(plan().nll());
    }

    /** NLL with thoughts, of each draw of them; the base's where the model does not think. */
    List<double[]> mixed();

    /** Entropy of the base's distribution, then the label's NLL at each temperature of {@link BaseDistribution}. */
    default List<double[]> distribution() {
        return plan().distribution().stream().map(plan()::numbers).toList();
    }

    @Override
    void close();

    /**
     * A plan that has run.
     *
     * @param nll its output with the base's NLL
     * @param distribution its outputs of {@link BaseDistribution}
     */
    record BasePlan(StaticPlan plan, String nll, List<String> distribution) {
        double[] numbers(String output) {
            return HostArrays.numbers(plan.output(output));
        }
    }

    /** A model without thoughts, which is a plain language model: nothing is thought, and nothing is mixed. */
    final class Plain implements HeldOutScorer {
        private final Map<String, INDArray> inputs = new LinkedHashMap<>();
        private final BasePlan plan;

        Plain(ThinkingModel model, int batch, int length) {
            var graph = new LanguageModelGraph(model.config(), batch, length, model.decoder());
            SameDiff sd = graph.graph();
            List<String> distribution = BaseDistribution.addTo(
                    sd, sd.getVariable(LanguageModelGraph.LOGITS), sd.getVariable(LanguageModelGraph.NLL));
            inputs.put(LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, (long) batch * length));
            inputs.put(LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, (long) batch * length));
            List<String> outputs = new ArrayList<>(List.of(LanguageModelGraph.NLL));
            outputs.addAll(distribution);
            this.plan = new BasePlan(StaticPlan.compile(sd, inputs, outputs), LanguageModelGraph.NLL, distribution);
        }

        @Override
        public void run(TokenBatch batch, int firstSequence) {
            HostArrays.fill(inputs.get(LanguageModelGraph.IDS), batch.ids());
            HostArrays.fill(inputs.get(LanguageModelGraph.LABELS), batch.labels());
            plan.plan().run();
        }

        @Override
        public BasePlan plan() {
            return plan;
        }

        @Override
        public long bufferBytes() {
            return plan.plan().plannedBytes();
        }

        @Override
        public List<double[]> mixed() {
            return List.of(base());
        }

        @Override
        public void close() {
            plan.plan().close();
            inputs.values().forEach(INDArray::close);
        }
    }

    /** A model with thoughts: one thought for each position and draw, and the next token alone, as a reader needs them. */
    final class Thinking implements HeldOutScorer {
        /** Of random numbers that choose another content, beside those of the tokens 0 … T − 1. */
        private static final long CONTENT_STREAM = -1;

        private final EvaluationConfig config;
        private final long seed;
        private final LearningInputs inputs;
        private final PlanMemory memory = new PlanMemory();
        private final ThinkingModel model;
        private final ThoughtLayout layout;
        private final ThoughtForward forward;
        /** Draws the thoughts whose place others take, or that do not see the text; none where that is not wanted. */
        private final Optional<Rollout> elsewhere;

        private final BasePlan plan;
        private final List<double[]> mixed = new ArrayList<>();

        Thinking(ThinkingModel thinking, EvaluationConfig config, int batch, int length, long seed) {
            this.config = config;
            this.seed = seed;
            this.model = ThoughtContents.model(thinking, config.thoughtContent());
            this.layout =
                    ThoughtLayout.forScoring(batch, length, model.settings().thoughtTokens());
            this.inputs = new LearningInputs(layout, 0, model.tokens().padId(), model.dataType());
            ThoughtSampler sampler = ThoughtSampler.atTemperature(config.thoughtTemperature());
            this.elsewhere = switch (config.thoughtContent()) {
                case SHUFFLED -> Optional.of(new Rollout(model, layout, sampler));
                case BLIND -> Optional.of(Rollout.blind(model, layout, sampler));
                case OWN, RANDOM, PAUSE -> Optional.empty();
            };
            boolean given = elsewhere.isPresent() || config.thoughtContent() == ThoughtContent.RANDOM;
            this.forward = ThoughtForward.forScoring(
                    model, layout, given ? new ThoughtSampler.GivenTokens() : sampler, memory);
            SameDiff sd = new QuietStarLoss(model, LossSpec.of(LossConfig.defaults()), layout).graph();
            List<String> distribution = BaseDistribution.addTo(
                    sd, sd.getVariable(QuietStarLoss.BASE_LOGITS), sd.getVariable(QuietStarLoss.BASE_NLL));
            List<String> outputs = new ArrayList<>(List.of(QuietStarLoss.BASE_NLL, QuietStarLoss.THOUGHT_NLL));
            outputs.addAll(distribution);
            StaticPlan compiled = StaticPlan.of(sd)
                    .given(inputs.inputs())
                    .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                    .outputs(outputs)
                    .sharing(memory)
                    .compile();
            this.plan = new BasePlan(compiled, QuietStarLoss.BASE_NLL, distribution);
        }

        @Override
        public void run(TokenBatch batch, int firstSequence) {
            int[] lengths = batch.lengths();
            inputs.setText(batch.ids(), lengths, inputs.counts(lengths));
            mixed.clear();
            for (int each = 0; each < config.thoughtSamples(); each++) {
                int draw = each;
                // A sequence's thoughts are the same whatever stands beside it.
                NoiseSource source = (token, noise) -> UniformNoise.fill(
                        noise, lengths.length, sequence -> SplitMix.of(seed, firstSequence + sequence, token, draw));
                elsewhere.ifPresent(rollout -> rollout.sample(inputs.text(), source, inputs.sampled()));
                giveThoughts(lengths, sequence -> SplitMix.of(seed, firstSequence + sequence, CONTENT_STREAM, draw));
                forward.sample(inputs, source);
                forward.finish(inputs);
                plan.plan().run();
                mixed.add(plan.numbers(QuietStarLoss.THOUGHT_NLL));
            }
        }

        /** Puts thoughts of another content where the model's own would be. */
        private void giveThoughts(int[] lengths, IntFunction<SplitMix> random) {
            if (config.thoughtContent() == ThoughtContent.SHUFFLED) {
                int[] own = inputs.sampled().toIntVector();
                HostArrays.fill(inputs.sampled(), ThoughtContents.shuffled(layout, own, lengths, random));
            } else if (config.thoughtContent() == ThoughtContent.RANDOM) {
                int each = layout.thoughtTokens() * layout.length();
                int[] all = new int[layout.sampledTokens()];
                for (int b = 0; b < layout.batch(); b++) {
                    int[] tokens = ThoughtContents.randomTokens(model, each, random.apply(b));
                    for (int i = 0; i < each; i++) {
                        all[i / layout.length() * layout.slotRows() + b * layout.length() + i % layout.length()] =
                                tokens[i];
                    }
                }
                HostArrays.fill(inputs.sampled(), all);
            }
        }

        @Override
        public BasePlan plan() {
            return plan;
        }

        @Override
        public long bufferBytes() {
            return memory.bytes();
        }

        @Override
        public List<double[]> mixed() {
            return List.copyOf(mixed);
        }

        @Override
        public void close() {
            plan.plan().close();
            forward.close();
            elsewhere.ifPresent(Rollout::close);
            memory.close();
            inputs.close();
        }
    }
}
