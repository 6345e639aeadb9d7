package org.quietstar.bench;

import java.util.List;

/**
 * One training step without optimiser, ready to be repeated: thoughts are sampled again, then the loss and the gradient
 * of every parameter are computed, on a random text that stays the same. Used by one thread.
 */
public interface TrainingStep extends AutoCloseable {
    /** Makes a step; gives the loss. */
    double run();

    /** The parts of the last step in their order. Empty before the first. */
    List<Part> parts();

    /** Makes a step, measuring kernel by kernel, which takes a little longer. */
    List<PartProfile> profile();

    /** What the step was made into, as lines of text: for each plan its kernels and its memory. */
    List<String> explain();

    /** Number of kernels in a step. */
    int kernels();

    /** Bytes allocated beforehand for computed values; 0 where nothing is. */
    long plannedBytes();

    /** Bytes of all computed values together; 0 where they are not known beforehand. */
    long requestedBytes();

    /** Frees its arrays. */
    @Override
    void close();

    /**
     * How long a part took.
     *
     * @param name such as rollout
     */
    record Part(String name, double seconds) {}

    /**
     * What one kind of op took in a part.
     *
     * @param kind ND4J's name of the op
     * @param count how often it was executed
     */
    record OpTime(String kind, double seconds, int count) {}

    /**
     * A part, measured kernel by kernel.
     *
     * @param seconds of the whole part, what is between the kernels included
     * @param ops slowest first; empty where the part's kernels cannot be told apart
     */
    record PartProfile(String name, double seconds, List<OpTime> ops) {
        public PartProfile {
            ops = List.copyOf(ops);
        }
    }
}
