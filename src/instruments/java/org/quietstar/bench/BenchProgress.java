package org.quietstar.bench;

/** Is notified of the progress of a measurement. */
@FunctionalInterface
public interface BenchProgress {
    /** @param what begins now, such as "step 2 of 5" */
    void begins(String what);
}
