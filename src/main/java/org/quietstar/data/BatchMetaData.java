package org.quietstar.data;

import java.io.Serializable;

/**
 * What travels with a batch of {@link TokenBatchIterator} as its only example metadata; see {@link Batch} for the parts.
 */
public record BatchMetaData(long realTokens, double textBytes, DataPosition after) implements Serializable {}
