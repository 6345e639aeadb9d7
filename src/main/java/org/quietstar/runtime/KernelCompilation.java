package org.quietstar.runtime;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/**
 * ND4J's first contact with a device for which the driver has to compile its kernels, of which ND4J says nothing: half an hour
 * or more of one core, for 440 MB of intermediate code. The driver keeps each kernel that it has compiled, if its cache is
 * large enough, so that a start that was stopped continues where it was, and the next one takes seconds.
 */
final class KernelCompilation {
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private KernelCompilation() {}

    /** Loads ND4J and its kernels. */
    static void load(ComputeDevice device) {
        Consumer<String> log = LoggerFactory.getLogger(KernelCompilation.class)::info;
        watch(device, () -> Nd4j.create(1).close(), log, QUIET, INTERVAL);
    }

    /**
     * Does what compiles, and says how long it takes if it takes long.
     *
     * @param quiet time after which the first line is due
     * @param interval between further lines
     */
    static void watch(ComputeDevice device, Runnable work, Consumer<String> log, Duration quiet, Duration interval) {
        long start = System.nanoTime();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "kernel compilation");
            thread.setDaemon(true);
            return thread;
        });
        boolean[] told = new boolean[1];
        Runnable tell = () -> {
            told[0] = true;
            log.accept(String.format(
                    Locale.ROOT,
                    "the driver compiles ND4J's kernels for %s: %.0f s so far, half an hour or more at a first start; kept in %s",
                    device,
                    seconds(start),
                    cache()));
        };
        Future<?> telling =
                clock.scheduleAtFixedRate(tell, quiet.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        try {
            work.run();
        } finally {
            telling.cancel(false);
            clock.shutdown();
            awaitEnd(clock);
        }
        if (told[0]) {
            log.accept(String.format(Locale.ROOT, "the kernels are there after %.0f s", seconds(start)));
        }
    }

    /** Waits until no further line can come. */
    private static void awaitEnd(ScheduledExecutorService clock) {
        try {
            clock.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String cache() {
        String folder = System.getenv("CUDA_CACHE_PATH");
        return folder == null || folder.isEmpty() ? "~/.nv/ComputeCache" : folder;
    }
}
