package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.HostMemory;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/**
 * The rollout (paper, section 4.2: parallel generation): draws P thoughts of T tokens after every position of the text,
 * all positions and thoughts at once, with cached keys and without gradient.
 */
public final class Rollout implements AutoCloseable {
    private static final String NEXT = "next";
    private static final String UNIFORM = "uniform";
    private static final String WEIGHTS = "weights";
    private static final String TOTAL = "total";
    private static final String NOISE = "noise";
    private static final String ENTROPY = "entropy";

    private final ThoughtSizes sizes;
    private final ThoughtSampling sampling;
    private final DataType type;
    private final CachedText text;
    private final Activations activations;
    private final SharedBuffers memory;
    private final boolean ownsMemory;
    private final List<CachedSteps> steps = new ArrayList<>();
    private final CategoricalDraw categorical;
    /** Whether tokens are drawn in the graph, so that the weights stay on the device. */
    private final boolean drawsInGraph;
    /** [B·P·L, V] where noise is given, else null; every step reads it. */
    private final INDArray gumbel;

    private final double[] entropies;

    /**
     * A rollout for itself.
     *
     * @param sampling how tokens are drawn
     * @param bannedIds ids that are never drawn
     */
    public Rollout(
            ModelConfig model,
            ThoughtSizes sizes,
            double embeddingScale,
            ThoughtSampling sampling,
            List<Integer> bannedIds,
            Parameters parameters) {
        this(
                model,
                sizes,
                embeddingScale,
                sampling,
                bannedIds,
                parameters,
                Activations.forDrawing(model, sizes, parameters.dataType()),
                new SharedBuffers(),
                true);
    }

    /** A rollout whose activations others go on with. */
    static Rollout into(
            Activations activations,
            SharedBuffers memory,
            ModelConfig model,
            ThoughtSizes sizes,
            double embeddingScale,
            ThoughtSampling sampling,
            List<Integer> bannedIds,
            Parameters parameters) {
        return new Rollout(model, sizes, embeddingScale, sampling, bannedIds, parameters, activations, memory, false);
    }

    private Rollout(
            ModelConfig model,
            ThoughtSizes sizes,
            double embeddingScale,
            ThoughtSampling sampling,
            List<Integer> bannedIds,
            Parameters parameters,
            Activations activations,
            SharedBuffers memory,
            boolean ownsMemory) {
        this.sizes = sizes;
        this.sampling = sampling;
        this.type = parameters.dataType();
        this.activations = activations;
        this.memory = memory;
        this.ownsMemory = ownsMemory;
        this.drawsInGraph = sampling instanceof ThoughtSampling.Categorical && !HostMemory.holdsArrays();
        this.entropies = new double[sizes.stepRows()];
        this.categorical = new CategoricalDraw(
                sizes.stepRows(), model.vocabSize(), lastAllowed(bannedIds, model.vocabSize()), type);
        this.text = new CachedText(model, sizes, parameters, activations, memory);
        this.gumbel = sampling instanceof ThoughtSampling.GivenNoise
                ? Nd4j.zeros(type, sizes.stepRows(), model.vocabSize())
                : null;
        CachedSteps.Tail tail =
                (sd, decoder, hidden, inputs) -> tail(sd, decoder, hidden, inputs, bannedIds, model.vocabSize());
        for (int a = 1; a <= sizes.thoughtTokens(); a++) {
            steps.add(new CachedSteps(model, sizes, a, a, embeddingScale, parameters, activations, memory, tail));
        }
    }

    /** The plans of the text and of each step. */
    List<StaticPlan> plans() {
        List<StaticPlan> plans = new ArrayList<>(List.of(text.plan()));
        steps.forEach(step -> plans.add(step.plan()));
        return plans;
    }

    /** Where the randomness of a rollout comes from. */
    public interface Noise {
        /** Fills {@code noise} for the token number {@code token} (0 … T−1): uniform [B·P·L, 1] or Gumbel [B·P·L, V]. */
        void fill(int token, INDArray noise);
    }

    private List<String> tail(
            SameDiff sd,
            Decoder decoder,
            SDVariable hidden,
            Map<String, INDArray> inputs,
            List<Integer> bannedIds,
            int vocabSize) {
        SDVariable logits = decoder.logits(hidden);
        SDVariable allowed = bannedIds.isEmpty()
                ? logits
                : logits.add(sd.constant(PolicyTerm.bannedMask(bannedIds, vocabSize, type)));
        SDVariable shifted = allowed.sub(sd.max(allowed, true, 1));
        SDVariable weights = sd.math.exp(shifted);
        SDVariable total = sd.sum(weights, true, 1);
        // H = log Z − Σ w·s / Z, with s the logits less their maximum, w = exp s and Z = Σ w
        SDVariable mean = sd.sum(weights.mul(shifted), true, 1).div(total);
        sd.math.log(total).sub(mean).rename(ENTROPY);
        if (sampling instanceof ThoughtSampling.Categorical categorical) {
            boolean plain = categorical.temperature() == 1;
            SDVariable tempered = plain ? weights : sd.math.exp(scaled(sd, shifted, categorical.temperature()));
            if (drawsInGraph) {
                inputs.put(UNIFORM, this.categorical.uniform());
                SDVariable uniform = sd.placeHolder(UNIFORM, type, sizes.stepRows(), 1);
                new GraphDraw(sd, sizes.stepRows(), vocabSize)
                        .ids(tempered, uniform)
                        .rename(NEXT);
                return List.of(ENTROPY, NEXT);
            }
            (plain ? total : sd.sum(tempered, true, 1)).rename(TOTAL);
            tempered.rename(WEIGHTS);
            return List.of(ENTROPY, WEIGHTS, TOTAL);
        }
        next(sd, allowed, inputs, vocabSize).castTo(DataType.INT32).rename(NEXT);
        return List.of(ENTROPY, NEXT);
    }

    private SDVariable next(SameDiff sd, SDVariable logits, Map<String, INDArray> inputs, int vocabSize) {
        if (sampling instanceof ThoughtSampling.GivenNoise given) {
            inputs.put(NOISE, gumbel);
            SDVariable noise = sd.placeHolder(NOISE, type, sizes.stepRows(), vocabSize);
            return sd.argmax(scaled(sd, logits, given.temperature()).add(noise), 1);
        }
        return sd.argmax(logits, 1);
    }

    private SDVariable scaled(SameDiff sd, SDVariable logits, double temperature) {
        return temperature == 1 ? logits : logits.mul(sd.constant(Nd4j.scalar(type, 1 / temperature)));
    }

    private static int lastAllowed(List<Integer> bannedIds, int vocabSize) {
        int last = vocabSize - 1;
        while (bannedIds.contains(last)) {
            last--;
        }
        return last;
    }

    /**
     * Draws the thoughts of a text.
     *
     * @param ids the text, INT32 [B·L]
     * @param noise fills the noise that the sampling needs; not called for greedy or given tokens
     * @param drawn INT32 [T·B·P·L], receives t1 … tT; with given tokens it holds them
     */
    public void draw(INDArray ids, Noise noise, INDArray drawn) {
        text.run(ids);
        Arrays.fill(entropies, 0);
        for (int token = 0; token < sizes.thoughtTokens(); token++) {
            CachedSteps step = steps.get(token);
            if (token > 0) {
                step.tokens().assign(tokens(drawn, token - 1));
            }
            if (gumbel != null) {
                noise.fill(token, gumbel);
            } else if (drawsInGraph) {
                noise.fill(token, categorical.uniform());
            }
            step.run();
            addEntropies(step.output(ENTROPY));
            choose(token, noise, step, tokens(drawn, token));
        }
    }

    private void choose(int token, Noise noise, CachedSteps step, INDArray target) {
        if (sampling instanceof ThoughtSampling.Categorical && !drawsInGraph) {
            noise.fill(token, categorical.uniform());
            categorical.draw(step.output(WEIGHTS), step.output(TOTAL), target);
        } else if (!(sampling instanceof ThoughtSampling.GivenTokens)) {
            target.assign(step.output(NEXT));
        }
    }

    private INDArray tokens(INDArray drawn, int token) {
        long rows = sizes.stepRows();
        return drawn.get(NDArrayIndex.interval(token * rows, (token + 1) * rows));
    }

    private void addEntropies(INDArray ofStep) {
        double[] numbers = HostMemory.numbers(ofStep);
        for (int r = 0; r < entropies.length; r++) {
            entropies[r] += numbers[r] / sizes.thoughtTokens();
        }
    }

    /**
     * Mean entropy of the distributions that each thought's tokens were drawn from, in nats, at temperature 1; [B·P·L], of
     * the last rollout and overwritten by the next. Thoughts after padding have one, too.
     */
    public double[] entropies() {
        return entropies;
    }

    @Override
    public void close() {
        steps.forEach(CachedSteps::close);
        if (gumbel != null) {
            gumbel.close();
        }
        categorical.close();
        text.close();
        if (ownsMemory) {
            activations.close();
            memory.close();
        }
    }
}
