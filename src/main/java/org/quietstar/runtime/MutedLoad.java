package org.quietstar.runtime;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The first contact with ND4J where its CUDA backend is there and no device: ND4J prints a stack trace, though it
 * continues with the CPU. What this thread writes to System.err meanwhile is dropped; {@link Backend#whyCpu} says the
 * same in a line, and what ends the load is thrown.
 */
final class MutedLoad {
    private MutedLoad() {}

    /** Runs {@code load}; what this thread writes to System.err meanwhile is dropped. */
    static void quietly(Runnable load) {
        PrintStream err = System.err;
        try (var others = new PrintStream(new OtherThreads(err), true, Charset.defaultCharset())) {
            System.setErr(others);
            load.run();
        } finally {
            System.setErr(err);
        }
    }

    /** Passes on what is written by all threads but the one that made it. */
    private static final class OtherThreads extends FilterOutputStream {
        private final Thread silent = Thread.currentThread();

        OtherThreads(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.currentThread() != silent) {
                out.write(bytes, offset, length);
            }
        }

        /** System.err stays open. */
        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
