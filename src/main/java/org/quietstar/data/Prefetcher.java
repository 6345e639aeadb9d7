package org.quietstar.data;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.quietstar.QuietStarException;

/** Prepares batches in the background, in order, a few ahead of their reader. */
final class Prefetcher implements AutoCloseable {
    static final String THREAD = "quietstar-batches";

    private final BatchStream source;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(this::thread);
    private final ArrayDeque<Future<Optional<TokenBatch>>> ahead = new ArrayDeque<>();
    private Optional<RuntimeException> failed = Optional.empty();

    /**
     * Starts the thread, which alone uses the source until this is closed.
     *
     * @param size batches that wait at most, at least 1
     */
    Prefetcher(BatchStream source, int size) {
        this.source = source;
        for (int i = 0; i < size; i++) {
            prepareOne();
        }
    }

    private Thread thread(Runnable tasks) {
        var thread = new Thread(tasks, THREAD);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private void prepareOne() {
        ahead.add(executor.submit(() -> source.hasNext() ? Optional.of(source.next()) : Optional.empty()));
    }

    /**
     * The next batch; empty at the end.
     *
     * @throws QuietStarException for what went wrong in the background, now and at each later call
     */
    Optional<TokenBatch> next() {
        if (failed.isPresent()) {
            throw failed.get();
        }
        try {
            Optional<TokenBatch> batch = ahead.remove().get();
            prepareOne();
            return batch;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(e);
        }
    }

    private RuntimeException failure(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        String message = cause instanceof QuietStarException
                ? cause.getMessage()
                : "the next batch could not be prepared: " + cause;
        var failure = new QuietStarException(message, cause);
        failed = Optional.of(failure);
        return failure;
    }

    /** Ends the thread and waits for it. */
    @Override
    public void close() {
        ahead.forEach(task -> task.cancel(false));
        executor.shutdown();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
