package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Softmax;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * The rollout (paper, section 4.2: parallel generation; docs/algorithm.md, section 3): samples P thoughts of T tokens after
 * every position of the text, all positions and thoughts at once, slot by slot with cached keys and without gradient.
 */
public final class Rollout implements AutoCloseable {
    /** The ids that a slot's graph chose, INT32 [B·P·L]. */
    static final String NEXT = "next";

    private static final String NOISE = "noise";
    private static final String ENTROPY = "entropy";

    private final ThoughtLayout layout;
    private final ThoughtSampler sampler;
    private final List<Integer> bannedIds;
    private final int lastAllowed;
    private final SlotForward.TextPrefill text;
    private final ActivationStore activations;
    private final PlanMemory memory;
    private final boolean ownsMemory;
    private final List<SlotForward> slots = new ArrayList<>();
    /** What the sampler reads for a token, [B·P·L, numbers for each row]; all slots share it. */
    private final INDArray noise;

    private final boolean takesNoise;
    private final double[] entropies;

    /**
     * A rollout for itself.
     *
     * @param sampler how tokens are chosen
     */
    public Rollout(ThinkingModel model, ThoughtLayout layout, ThoughtSampler sampler) {
        this(
                model,
                layout,
                sampler,
                ActivationStore.forDrawing(model.config(), layout, model.dataType()),
                new PlanMemory(),
                true,
                true);
    }

    /** A rollout for itself whose thoughts see their own block alone, and not the text. */
    public static Rollout blind(ThinkingModel model, ThoughtLayout layout, ThoughtSampler sampler) {
        var activations = ActivationStore.forDrawing(model.config(), layout, model.dataType());
        return new Rollout(model, layout, sampler, activations, new PlanMemory(), true, false);
    }

    /** A rollout whose activations others continue with. */
    static Rollout into(
            ActivationStore activations,
            PlanMemory memory,
            ThinkingModel model,
            ThoughtLayout layout,
            ThoughtSampler sampler) {
        return new Rollout(model, layout, sampler, activations, memory, false, true);
    }

    private Rollout(
            ThinkingModel thinking,
            ThoughtLayout layout,
            ThoughtSampler sampler,
            ActivationStore activations,
            PlanMemory memory,
            boolean ownsMemory,
            boolean seesText) {
        this.bannedIds = thinking.tokens().neverInThoughts();
        ModelConfig model = thinking.config();
        this.layout = layout;
        this.sampler = sampler;
        this.activations = activations;
        this.memory = memory;
        this.ownsMemory = ownsMemory;
        this.entropies = new double[layout.slotRows()];
        this.lastAllowed = lastAllowed(bannedIds, model.vocabSize());
        int noisePerRow = sampler.noisePerRow(model.vocabSize());
        this.takesNoise = noisePerRow > 0;
        this.noise = Nd4j.zeros(thinking.dataType(), layout.slotRows(), Math.max(1, noisePerRow));
        this.text = new SlotForward.TextPrefill(thinking, layout, activations, memory);
        SlotForward.Tail tail = (sd, decoder, hidden, inputs) ->
                new SlotLogits(decoder.logits(hidden), model.vocabSize(), inputs).choice();
        // Pauses are known beforehand, so that none is sampled.
        int end = thinking.pauses() ? layout.startSlot() : layout.lastTokenSlot();
        for (int a = layout.startSlot(); a < end; a++) {
            slots.add(new SlotForward(thinking, layout, a, a, activations, memory, tail, seesText));
        }
    }

    private static int lastAllowed(List<Integer> bannedIds, int vocabSize) {
        boolean[] banned = TokenRules.mask(bannedIds, vocabSize);
        int last = vocabSize - 1;
        while (banned[last]) {
            last--;
        }
        return last;
    }

    /** The distributions of the next tokens in the graph of one slot, as a {@link ThoughtSampler} reads them. */
    final class SlotLogits {
        private final SameDiff sd;
        private final int vocabSize;
        private final Map<String, INDArray> inputs;
        private final SDVariable allowed;
        private final Softmax softmax;

        private SlotLogits(SDVariable logits, int vocabSize, Map<String, INDArray> inputs) {
            this.sd = logits.getSameDiff();
            this.vocabSize = vocabSize;
            this.inputs = inputs;
            this.allowed = bannedIds.isEmpty()
                    ? logits
                    : logits.add(sd.constant(ReinforceLoss.bannedMask(bannedIds, vocabSize, noise.dataType())));
            this.softmax = Softmax.of(allowed);
        }

        private List<String> choice() {
            softmax.entropy().rename(ENTROPY);
            List<String> outputs = new ArrayList<>(List.of(ENTROPY));
            outputs.addAll(sampler.build(this));
            return outputs;
        }

        /** B·P·L, rows of the slot. */
        int rows() {
            return layout.slotRows();
        }

        /** V */
        int vocabSize() {
            return vocabSize;
        }

        /** Logits, those of banned ids so low that their probability is 0, [B·P·L, V]. */
        SDVariable allowed() {
            return allowed;
        }

        /** Unnormalised probabilities at a temperature above 0, the largest of each row 1, [B·P·L, V]. */
        SDVariable weights(double temperature) {
            return temperature == 1 ? softmax.weights() : sd.math.exp(scaled(softmax.shifted(), temperature));
        }

        /** Sum of each row of the weights at that temperature, which {@link #weights} made, [B·P·L, 1]. */
        SDVariable totals(double temperature, SDVariable tempered) {
            return temperature == 1 ? softmax.total() : sd.sum(tempered, true, 1);
        }

        /** x / temperature. */
        SDVariable scaled(SDVariable x, double temperature) {
            return temperature == 1 ? x : x.mul(sd.constant(Nd4j.scalar(noise.dataType(), 1 / temperature)));
        }

        /** The random numbers, [B·P·L, {@link ThoughtSampler#noisePerRow}]. */
        SDVariable noise() {
            inputs.put(NOISE, noise);
            return sd.placeHolder(NOISE, noise.dataType(), noise.shape());
        }
    }

    /**
     * Samples the thoughts of a text; of a model that pauses it computes the text alone.
     *
     * @param ids the text, INT32 [B·L]
     * @param source fills the noise that the sampler needs; not called for greedy or given tokens
     * @param sampled INT32 [T·B·P·L], receives t1 … tT; with given tokens it holds them
     */
    public void sample(INDArray ids, NoiseSource source, INDArray sampled) {
        text.run(ids);
        Arrays.fill(entropies, 0);
        for (int token = 0; token < slots.size(); token++) {
            SlotForward slot = slots.get(token);
            if (token > 0) {
                slot.tokens().assign(tokens(sampled, token - 1));
            }
            if (takesNoise) {
                source.fill(token, noise);
            }
            slot.run();
            addEntropies(slot.output(ENTROPY));
            sampler.choose(slot, noise, lastAllowed, tokens(sampled, token));
        }
    }

    private INDArray tokens(INDArray sampled, int token) {
        long rows = layout.slotRows();
        return sampled.get(NDArrayIndex.interval(token * rows, (token + 1) * rows));
    }

    private void addEntropies(INDArray ofSlot) {
        double[] numbers = HostArrays.numbers(ofSlot);
        for (int r = 0; r < entropies.length; r++) {
            entropies[r] += numbers[r] / layout.thoughtTokens();
        }
    }

    /**
     * Mean entropy of the distributions that each thought's tokens were sampled from, in nats, at temperature 1; [B·P·L],
     * of the last rollout and overwritten by the next. Thoughts after padding have one, too.
     */
    public double[] entropies() {
        return entropies;
    }

    /** The plans of the text and of each slot. */
    List<StaticPlan> plans() {
        List<StaticPlan> plans = new ArrayList<>(List.of(text.plan()));
        slots.forEach(slot -> plans.add(slot.plan()));
        return plans;
    }

    @Override
    public void close() {
        slots.forEach(SlotForward::close);
        noise.close();
        text.close();
        if (ownsMemory) {
            activations.close();
            memory.close();
        }
    }
}
