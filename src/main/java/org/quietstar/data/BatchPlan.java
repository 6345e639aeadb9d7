package org.quietstar.data;

/**
 * How windows become batches.
 *
 * @param files number of files
 * @param batchSize B
 * @param sequenceLength L
 * @param shuffleBuffer windows to draw from; 1 keeps the order
 * @param endless whether epoch follows epoch, each in its own order
 * @param seed of the orders
 * @param fingerprint of the data
 * @param emptyMessage what to say when an epoch has no window
 */
record BatchPlan(
        int files,
        int batchSize,
        int sequenceLength,
        int shuffleBuffer,
        boolean endless,
        long seed,
        String fingerprint,
        String emptyMessage) {}
