package org.quietstar.thought;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the randomness of a rollout comes from, so that a rollout can be repeated. */
@FunctionalInterface
public interface NoiseSource {

    /**
     * Fills the noise that one token of every thought is sampled with.
     *
     * @param token number of the token, 0 … T − 1
     * @param noise uniform numbers in [0, 1), [B·P·L, 1], for a categorical sampler; Gumbel noise, [B·P·L, V], for
     *     {@link ThoughtSampler.GivenNoise}
     */
    void fill(int token, INDArray noise);
}
