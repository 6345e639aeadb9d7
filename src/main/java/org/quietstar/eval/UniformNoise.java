package org.quietstar.eval;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.random.SplitMix;
import org.quietstar.samediff.HostArrays;

/** Uniform random numbers for a rollout, the same on every machine for the same seed. */
public final class UniformNoise {
    private UniformNoise() {}

    /** Fills {@code noise} with numbers in [0, 1) of 24 bits, what a float holds exactly: none is rounded up to 1. */
    public static void fill(INDArray noise, SplitMix random) {
        float[] numbers = new float[Math.toIntExact(noise.length())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (random.nextLong() >>> 40) * 0x1.0p-24f;
        }
        HostArrays.fill(noise, numbers);
    }
}
