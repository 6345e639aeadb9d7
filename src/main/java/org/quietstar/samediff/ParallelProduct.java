package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Many small matrix products in several threads, each with its share of them. M2.1 goes through them one after another
 * and lets BLAS spread each over all threads, which for a product of a few million operations costs more than it gains
 * (measured: 38 GFLOP/s where both threads with products of their own reach 70).
 */
final class ParallelProduct implements Kernel {
    /** Operations in one product from which on BLAS' own threads are as good. */
    private static final long SMALL = 1L << 24;

    /** Operations below which M2.1's own work for each product, which a lock orders, is what takes the time. */
    private static final long TINY = 1L << 20;

    private final List<OpBinding> shares;

    private ParallelProduct(List<OpBinding> shares) {
        this.shares = shares;
    }

    /** Whether a step is worth splitting among so many threads. */
    static boolean fits(PlanStep step, int threads) {
        if (threads < 2 || !step.is("matmul") || !(step.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        long[] a = step.inputs().get(0).shape;
        long[] out = step.outputs().get(0).shape;
        int rank = out.length;
        if (rank < 3 || a.length != rank || step.inputs().get(1).shape.length != rank) {
            return false;
        }
        long[] arguments = custom.iArgs();
        long inner = arguments.length > 0 && arguments[0] != 0 ? a[rank - 2] : a[rank - 1];
        long each = 2 * out[rank - 1] * out[rank - 2] * inner;
        return each < SMALL && each >= TINY && out[longest(out)] >= threads;
    }

    /** The longest axis that counts products. */
    private static int longest(long... shape) {
        int best = 0;
        for (int d = 1; d < shape.length - 2; d++) {
            best = shape[d] > shape[best] ? d : best;
        }
        return best;
    }

    static ParallelProduct of(PlanStep step, List<INDArray> inputs, INDArray output, int threads) {
        int axis = longest(output.shape());
        long size = output.size(axis);
        List<OpBinding> shares = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            long from = size * t / threads;
            long to = size * (t + 1) / threads;
            var binding = new OpBinding(
                    step.op(),
                    inputs.stream()
                            .map(in -> Arrangement.part(in, axis, from, to))
                            .toList());
            binding.setOutputs(List.of(Arrangement.part(output, axis, from, to)));
            shares.add(binding);
        }
        return new ParallelProduct(shares);
    }

    @Override
    public String kind() {
        return shares.get(0).kind();
    }

    @Override
    public void execute() {
        Blas blas = Nd4j.factory().blas();
        int before = blas.getMaxThreads();
        blas.setMaxThreads(1);
        CompletableFuture<?>[] others = shares.stream()
                .skip(1)
                .map(share -> CompletableFuture.runAsync(share::execute, Workers.POOL))
                .toArray(CompletableFuture<?>[]::new);
        try {
            shares.get(0).execute();
        } finally {
            // Whatever happens here, nobody may go on while others write into the arrays.
            try {
                CompletableFuture.allOf(others).join();
            } finally {
                blas.setMaxThreads(before);
            }
        }
    }

    /** Threads that end with the program. */
    private static final class Workers {
        static final ExecutorService POOL = Executors.newCachedThreadPool(work -> {
            var thread = new Thread(work, "matrix products");
            thread.setDaemon(true);
            return thread;
        });

        private Workers() {}
    }
}
