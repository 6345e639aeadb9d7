package org.quietstar.thought;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;

/**
 * How the next token of each thought is chosen from the model's distribution (docs/algorithm.md, section 3). A sampler adds
 * to a slot's graph what it needs there, and gives the chosen ids after the slot has run.
 */
public sealed interface ThoughtSampler
        permits HostCategorical,
                DeviceCategorical,
                ThoughtSampler.Greedy,
                ThoughtSampler.GivenNoise,
                ThoughtSampler.GivenTokens {

    /**
     * Exact categorical samples at a temperature above 0, the likeliest token at temperature 0.
     *
     * @param temperature 0 or more
     */
    static ThoughtSampler atTemperature(double temperature) {
        return temperature == 0 ? new Greedy() : categorical(temperature);
    }

    /**
     * Exact categorical samples, from one uniform number in [0, 1) for each token. Where arrays are in a device's memory,
     * they are taken there.
     *
     * @param temperature above 0
     */
    static ThoughtSampler categorical(double temperature) {
        return HostArrays.arraysOnHost() ? new HostCategorical(temperature) : new DeviceCategorical(temperature);
    }

    /** Random numbers that one row's choice of a token takes: 0, 1 or V; {@link NoiseSource} fills them. */
    int noisePerRow(int vocabSize);

    /** Adds the choice to a slot's graph and returns the names of the outputs that {@link #choose} reads. */
    List<String> build(Rollout.SlotLogits logits);

    /**
     * Writes the tokens that a slot chose.
     *
     * @param slot which has run
     * @param noise that it ran with, [n, {@link #noisePerRow}]
     * @param lastAllowed the largest id that may be chosen
     * @param target INT32 [n]
     */
    void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target);

    /** Writes the graph's own choice. */
    private static void copyNext(SlotForward slot, INDArray target) {
        target.assign(slot.output(Rollout.NEXT));
    }

    private static List<String> next(SDVariable scores) {
        scores.getSameDiff().argmax(scores, 1).castTo(DataType.INT32).rename(Rollout.NEXT);
        return List.of(Rollout.NEXT);
    }

    /** The likeliest token. */
    record Greedy() implements ThoughtSampler {
        @Override
        public int noisePerRow(int vocabSize) {
            return 0;
        }

        @Override
        public List<String> build(Rollout.SlotLogits logits) {
            return next(logits.allowed());
        }

        @Override
        public void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target) {
            copyNext(slot, target);
        }
    }

    /** The largest of logits / {@code temperature} + given noise; with Gumbel noise an exact sample. */
    record GivenNoise(double temperature) implements ThoughtSampler {
        @Override
        public int noisePerRow(int vocabSize) {
            return vocabSize;
        }

        @Override
        public List<String> build(Rollout.SlotLogits logits) {
            return next(logits.scaled(logits.allowed(), temperature).add(logits.noise()));
        }

        @Override
        public void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target) {
            copyNext(slot, target);
        }
    }

    /** The tokens that are in the rollout's target before it begins, whatever the logits are. */
    record GivenTokens() implements ThoughtSampler {
        @Override
        public int noisePerRow(int vocabSize) {
            return 0;
        }

        @Override
        public List<String> build(Rollout.SlotLogits logits) {
            return List.of();
        }

        @Override
        public void choose(SlotForward slot, INDArray noise, int lastAllowed, INDArray target) {
            // They are in the target.
        }
    }
}
