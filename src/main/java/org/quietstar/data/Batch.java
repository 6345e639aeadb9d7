package org.quietstar.data;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * B sequences of L tokens. The arrays belong to the caller that took the batch: nothing else reads or changes them.
 *
 * @param ids INT32 [B, L], filled up on the right with the padding id
 * @param mask FLOAT [B, L], 1 for a token, 0 for padding
 * @param realTokens ones in the mask
 * @param textBytes UTF-8 bytes of text that the labels represent: all tokens but the first of each sequence, specials
 *     counting nothing. Bits per byte = sum of the labels' negative log-likelihoods in nats / (ln 2 · textBytes)
 * @param after position of the stream after this batch
 */
public record Batch(INDArray ids, INDArray mask, long realTokens, double textBytes, DataPosition after) {}
