package org.quietstar.bench;

/** Hears how far a measurement is. */
@FunctionalInterface
public interface BenchProgress {
    /** @param what begins now, such as "step 2 of 5" */
    void begins(String what);
}
