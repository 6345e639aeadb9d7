package org.quietstar.runtime;

import java.util.Locale;

/**
 * A CUDA device.
 *
 * @param index by which the CUDA runtime knows it
 * @param name the name on the box
 * @param major compute capability before the point
 * @param minor compute capability after the point
 * @param totalBytes its memory
 */
public record ComputeDevice(int index, String name, int major, int minor, long totalBytes) {

    /** The compute capability: {@code 8.6}. */
    public String capability() {
        return major + "." + minor;
    }

    /** Whether the capability lies between two others: from (inclusive) {@code first} to (exclusive) {@code end}. */
    boolean isWithin(double first, double end) {
        double own = Double.parseDouble(capability());
        return first <= own && own < end;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s (device %d, compute capability %s, %.1f GiB)",
                name,
                index,
                capability(),
                MemoryLimits.gib(totalBytes));
    }
}
