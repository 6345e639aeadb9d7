package org.quietstar.eval;

import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.random.SplitMix;
import org.quietstar.samediff.HostArrays;

/** Uniform random numbers for a rollout, the same on every machine for the same seed. */
public final class UniformNoise {
    private UniformNoise() {}

    /** Fills {@code noise} with numbers in [0, 1) of 24 bits, what a float holds exactly: none is rounded up to 1. */
    public static void fill(INDArray noise, SplitMix random) {
        fill(noise, 1, part -> random);
    }

    /**
     * Fills {@code noise}, each of so many equal parts of it by a generator of its own.
     *
     * @param generator of part 0, 1, …
     */
    static void fill(INDArray noise, int parts, IntFunction<SplitMix> generator) {
        float[] numbers = new float[Math.toIntExact(noise.length())];
        int each = numbers.length / parts;
        for (int part = 0; part < parts; part++) {
            SplitMix random = generator.apply(part);
            for (int i = part * each; i < (part + 1) * each; i++) {
                numbers[i] = (random.nextLong() >>> 40) * 0x1.0p-24f;
            }
        }
        HostArrays.fill(noise, numbers);
    }
}
