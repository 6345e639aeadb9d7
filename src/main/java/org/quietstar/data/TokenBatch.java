package org.quietstar.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * B sequences of L token ids in the one form that they have from the window to the graph. The arrays are the caller's:
 * nothing else reads or changes them.
 *
 * @param ids [B·L], sequence after sequence, each filled up on the right with the padding id
 * @param lengths [B], real tokens of each sequence, 0 … L
 * @param textBytes UTF-8 bytes of text that the labels represent: all tokens but the first of each sequence, specials
 *     counting nothing. Bits per byte = sum of the labels' negative log likelihoods in nats / (ln 2 · textBytes)
 * @param after position of the stream after this batch
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not shared
public record TokenBatch(int[] ids, int[] lengths, double textBytes, DataPosition after) {

    /** L */
    public int sequenceLength() {
        return ids.length / lengths.length;
    }

    /** The label of each token, x[p+1]; 0 where there is none, [B·L]. */
    public int[] labels() {
        int length = sequenceLength();
        int[] labels = new int[ids.length];
        for (int r = 0; r < ids.length; r++) {
            labels[r] = r % length + 1 < lengths[r / length] ? ids[r + 1] : 0;
        }
        return labels;
    }

    /** Real tokens. */
    public long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /** The next batches of endless text. */
    public static List<TokenBatch> take(TextBatches text, int count) {
        List<TokenBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(text.next());
        }
        return batches;
    }
}
