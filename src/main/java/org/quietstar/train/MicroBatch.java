package org.quietstar.train;

import java.util.Arrays;
import org.quietstar.data.Batch;

/** One micro-batch as the graphs take it: token ids row by row, and how many tokens of each row are real. */
final class MicroBatch {
    private final int[] ids;
    private final int[] lengths;

    private MicroBatch(int[] ids, int[] lengths) {
        this.ids = ids;
        this.lengths = lengths;
    }

    /** Takes over a batch of the data pipeline and closes its arrays. */
    static MicroBatch of(Batch batch) {
        try (var tokens = batch.ids();
                var mask = batch.mask();
                var counts = mask.sum(1)) {
            int[] lengths = Arrays.stream(counts.toDoubleVector()).mapToInt(n -> (int) n).toArray();
            return new MicroBatch(tokens.reshape(tokens.length()).toIntVector(), lengths);
        }
    }

    /** [B·L] */
    int[] ids() {
        return ids;
    }

    /** [B] */
    int[] lengths() {
        return lengths;
    }

    /** Real tokens. */
    long tokens() {
        return Arrays.stream(lengths).asLongStream().sum();
    }
}
