package org.quietstar.data;

import java.util.NoSuchElementException;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.quietstar.QuietStarException;

/**
 * Prepares batches in the background with DL4J's {@link AsyncMultiDataSetIterator}, used in the way that makes it
 * reliable: without workspaces, so that a batch stays valid for as long as it is held; and over an iterator that
 * never throws, for its thread ends silently when one does, and the consumer would wait forever. A failure travels
 * through the queue as an element instead.
 */
final class Prefetcher implements AutoCloseable {
    private final AsyncMultiDataSetIterator iterator;
    private Failure failed;

    /** Starts the thread; {@code size} batches wait at most (DL4J's least is 2). */
    Prefetcher(MultiDataSetIterator batches, int size) {
        this.iterator = new AsyncMultiDataSetIterator(new FailureCarrier(batches), Math.max(2, size), false);
    }

    /**
     * The next batch, or null at the end.
     *
     * @throws QuietStarException for what went wrong in the background, now and at each later call
     */
    MultiDataSet next() {
        if (failed == null && !iterator.hasNext()) {
            return null;
        }
        MultiDataSet batch = failed == null ? iterator.next() : failed;
        if (batch instanceof Failure failure) {
            failed = failure;
            if (failure.cause instanceof Error error) {
                throw error;
            }
            String message = failure.cause instanceof QuietStarException
                    ? failure.cause.getMessage()
                    : "the next batch could not be prepared: " + failure.cause;
            throw new QuietStarException(message, failure.cause);
        }
        return batch;
    }

    /** Ends the thread and waits for it. */
    @Override
    public void close() {
        iterator.shutdown();
    }

    /** A batch that could not be. */
    private static final class Failure extends org.nd4j.linalg.dataset.MultiDataSet {
        private static final long serialVersionUID = 1L;
        private final transient Throwable cause;

        Failure(Throwable cause) {
            this.cause = cause;
        }
    }

    /** Gives a {@link Failure} as its last element where the other iterator throws. Used by one thread at a time. */
    private static final class FailureCarrier implements MultiDataSetIterator {
        private static final long serialVersionUID = 1L;
        private final MultiDataSetIterator batches;
        private transient Throwable failure;
        private boolean failureGiven;

        FailureCarrier(MultiDataSetIterator batches) {
            this.batches = batches;
        }

        @Override
        public boolean hasNext() {
            if (failure != null) {
                return !failureGiven;
            }
            try {
                return batches.hasNext();
            } catch (RuntimeException | Error exception) {
                failure = exception;
                return true;
            }
        }

        @Override
        public MultiDataSet next() {
            if (failure == null) {
                try {
                    return batches.next();
                } catch (RuntimeException | Error exception) {
                    failure = exception;
                }
            }
            if (failureGiven) {
                throw new NoSuchElementException("the failure was given already");
            }
            failureGiven = true;
            return new Failure(failure);
        }

        @Override
        public MultiDataSet next(int num) {
            throw new UnsupportedOperationException("call next()");
        }

        @Override
        public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
            batches.setPreProcessor(preProcessor);
        }

        @Override
        public MultiDataSetPreProcessor getPreProcessor() {
            return batches.getPreProcessor();
        }

        /** Not here: AsyncMultiDataSetIterator would reset an iterator that has ended, and read it twice. */
        @Override
        public boolean resetSupported() {
            return false;
        }

        @Override
        public boolean asyncSupported() {
            return true;
        }

        @Override
        public void reset() {
            throw new UnsupportedOperationException("a prefetcher reads once");
        }
    }
}
