package org.quietstar.data;

/**
 * What was read since the stream was opened, prepared batches included; each epoch counts again.
 *
 * @param documents documents of this split
 * @param tokens token ids of these documents, end-of-document ids included
 * @param badRecords records left out because they could not be read
 */
public record DataStatistics(long documents, long tokens, long badRecords) {}
