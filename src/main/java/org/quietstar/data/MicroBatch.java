package org.quietstar.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One micro-batch as the graphs take it: token ids row by row, and how many tokens of each row are real. */
public final class MicroBatch {
    private final int[] ids;
    private final int[] lengths;

    private MicroBatch(int[] ids, int[] lengths) {
        this.ids = ids;
        this.lengths = lengths;
    }

    /**
     * Takes over a batch of the data pipeline and closes its arrays.
     *
     * @param padId id to put where there is padding: the tokenizer's may have no row in a pretrained embedding table
     */
    public static MicroBatch of(Batch batch, int padId) {
        try (var tokens = batch.ids();
                var mask = batch.mask();
                var counts = mask.sum(1)) {
            int[] lengths = Arrays.stream(counts.toDoubleVector())
                    .mapToInt(n -> (int) n)
                    .toArray();
            int[] ids = tokens.reshape(tokens.length()).toIntVector();
            int length = ids.length / lengths.length;
            for (int r = 0; r < ids.length; r++) {
                if (r % length >= lengths[r / length]) {
                    ids[r] = padId;
                }
            }
            return new MicroBatch(ids, lengths);
        }
    }

    /** Takes the next batches of endless text, as {@link #of} does. */
    public static List<MicroBatch> take(TextBatches text, int count, int padId) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(of(text.next(), padId));
        }
        return batches;
    }

    /** [B·L] */
    public int[] ids() {
        return ids;
    }

    /** [B] */
    public int[] lengths() {
        return lengths;
    }

    /** Real tokens. */
    public long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }
}
