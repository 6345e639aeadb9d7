package org.quietstar.random;

/**
 * SplitMix64 (Steele, Lea, Flood 2014): a random generator whose whole state is one {@code long}, so that it can be
 * saved and set. Not for use by several threads.
 */
public final class SplitMix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** A generator that continues from {@code state}, which may be any number. */
    public SplitMix(long state) {
        this.state = state;
    }

    /** A generator of its own for each list of keys, such as (seed, epoch, file). */
    public static SplitMix of(long... keys) {
        return new SplitMix(hash(keys));
    }

    /** 64 well-mixed bits that depend on each key and on their order. */
    public static long hash(long... keys) {
        long hash = 0;
        for (long key : keys) {
            hash = mix(hash + GOLDEN_GAMMA + mix(key + GOLDEN_GAMMA));
        }
        return hash;
    }

    /** What {@link #SplitMix(long)} takes to continue from here. */
    public long state() {
        return state;
    }

    /** 64 random bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in {@code 0 .. bound - 1}; {@code bound} is at least 1. */
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    /** Uniform in {@code 0 .. bound - 1}; {@code bound} is at least 1. */
    public long nextLong(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        while (true) {
            long bits = nextLong() >>> 1;
            long value = bits % bound;
            // The last, incomplete run of remainders would favour small values.
            if (bits - value + (bound - 1) >= 0) {
                return value;
            }
        }
    }

    /** Uniform in [0, 1), 53 random bits. */
    public double nextDouble() {
        return unit(nextLong());
    }

    /** 64 random bits as a number in [0, 1). */
    public static double unit(long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }

    /** Puts {@code values} into random order (Fisher and Yates). */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
