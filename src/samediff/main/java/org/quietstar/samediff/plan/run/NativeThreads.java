package org.quietstar.samediff.plan.run;

import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.HostArrays;

/**
 * How many threads ND4J's kernels and BLAS use on a CPU. While plans run, whose threads each execute kernels of their own,
 * it is one.
 */
public final class NativeThreads {
    private static int users;
    private static int ofBlas;
    private static int ofKernels;

    private NativeThreads() {}

    /** Threads of a plan: as many as BLAS has been given, or one where kernels do not run on the CPU's cores. */
    public static synchronized int count() {
        if (!HostArrays.arraysOnHost()) {
            return 1;
        }
        return users > 0 ? ofBlas : blas().getMaxThreads();
    }

    /** From now on each kernel stays in the thread that calls it, until {@link #restore()} was called as often. */
    public static synchronized void limit() {
        if (users++ == 0) {
            ofBlas = blas().getMaxThreads();
            ofKernels = Nd4j.getEnvironment().maxMasterThreads();
            blas().setMaxThreads(1);
            Nd4j.getEnvironment().setMaxMasterThreads(1);
        }
    }

    public static synchronized void restore() {
        if (--users == 0) {
            blas().setMaxThreads(ofBlas);
            Nd4j.getEnvironment().setMaxMasterThreads(ofKernels);
        }
    }

    private static Blas blas() {
        return Nd4j.factory().blas();
    }
}
