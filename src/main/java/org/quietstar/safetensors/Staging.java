package org.quietstar.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The buffer outside the heap through which a thread reads and writes tensors. One for each thread, since the memory of
 * one for each file would wait for the garbage collector, which sees a few bytes of heap in its place.
 */
final class Staging {
    /** Most elements that go through at a time. */
    static final int ELEMENTS = 1 << 18;

    private static final ThreadLocal<ByteBuffer> BUFFER = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(ELEMENTS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN));

    private Staging() {}

    /** The thread's buffer, empty, with room for some bytes; what it held before is gone. */
    static ByteBuffer of(int bytes) {
        return BUFFER.get().clear().limit(bytes);
    }
}
