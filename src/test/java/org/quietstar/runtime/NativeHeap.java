package org.quietstar.runtime;

import org.junit.jupiter.api.Assumptions;

/** {@link AllocatedMemory} for tests. */
public final class NativeHeap {
    private NativeHeap() {}

    /** Bytes in use; the test is skipped where the C library is not glibc 2.33 or newer. */
    public static long usedBytes() {
        return AllocatedMemory.bytes()
                .orElseGet(() -> Assumptions.abort("the C library does not tell what it has handed out"));
    }
}
