package org.quietstar.thought;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Decoder;

/**
 * Embeddings of the text and of the first steps of its thought blocks, in the learning graph's row order. Token rows
 * come from one gather; START and END are one vector each, repeated.
 */
final class BlockEmbeddings {
    private BlockEmbeddings() {}

    /**
     * Ids that {@link #of} expects: the text's B·L, then those of the steps a = 2 … min(steps, T+1), then those of the
     * steps a = T+3 … steps, B·P·L each.
     */
    static int idCount(ThoughtSizes sizes, int steps) {
        int tokenSteps =
                Math.min(steps, sizes.thoughtTokens() + 1) - 1 + Math.max(0, steps - sizes.thoughtTokens() - 2);
        return sizes.textRows() + tokenSteps * sizes.stepRows();
    }

    /**
     * @param ids INT32 [{@link #idCount}]
     * @param steps steps of the blocks, 1 … S
     * @param scale factor of START and END
     * @return [B·L + steps·B·P·L, D]
     */
    static SDVariable of(
            SameDiff sd, Decoder decoder, ThoughtSizes sizes, int steps, SDVariable ids, double scale, DataType type) {
        SDVariable tokens = decoder.embed(ids);
        int width = decoder.width();
        int textEnd = sizes.textRows();
        int drawnEnd = textEnd + (Math.min(steps, sizes.thoughtTokens() + 1) - 1) * sizes.stepRows();
        int end = idCount(sizes, steps);
        List<SDVariable> parts = new ArrayList<>();
        parts.add(Rows.of(sd, tokens, 0, textEnd, width));
        parts.add(marker(sd, decoder, ThoughtParameters.START, sizes, scale, type));
        if (drawnEnd > textEnd) {
            parts.add(Rows.of(sd, tokens, textEnd, drawnEnd, width));
        }
        if (steps >= sizes.thoughtTokens() + 2) {
            parts.add(marker(sd, decoder, ThoughtParameters.END, sizes, scale, type));
        }
        if (end > drawnEnd) {
            parts.add(Rows.of(sd, tokens, drawnEnd, end, width));
        }
        return sd.concat(0, parts.toArray(SDVariable[]::new));
    }

    /** The marker's name if step {@code a} of a block is one, null if it is a token. */
    static String markerAt(ThoughtSizes sizes, int a) {
        if (a == 1) {
            return ThoughtParameters.START;
        }
        return a == sizes.thoughtTokens() + 2 ? ThoughtParameters.END : null;
    }

    /** Rows of the steps {@code first} … {@code last} that are tokens, not markers. */
    static int tokenRows(ThoughtSizes sizes, int first, int last) {
        int rows = 0;
        for (int a = first; a <= last; a++) {
            rows += markerAt(sizes, a) == null ? sizes.stepRows() : 0;
        }
        return rows;
    }

    /**
     * Embeddings of the steps {@code first} … {@code last} alone.
     *
     * @param ids INT32 [{@link #tokenRows}], not read where that is 0
     * @return [(last − first + 1)·B·P·L, D]
     */
    static SDVariable ofSteps(
            SameDiff sd,
            Decoder decoder,
            ThoughtSizes sizes,
            int first,
            int last,
            SDVariable ids,
            double scale,
            DataType type) {
        int rows = sizes.stepRows();
        SDVariable tokens = tokenRows(sizes, first, last) == 0 ? null : decoder.embed(ids);
        List<SDVariable> parts = new ArrayList<>();
        int read = 0;
        for (int a = first; a <= last; a++) {
            String marker = markerAt(sizes, a);
            if (marker != null) {
                parts.add(marker(sd, decoder, marker, sizes, scale, type));
            } else if (first == last) {
                parts.add(tokens);
            } else {
                parts.add(Rows.of(sd, tokens, read, read + rows, decoder.width()));
                read += rows;
            }
        }
        return parts.size() == 1 ? parts.get(0) : sd.concat(0, parts.toArray(SDVariable[]::new));
    }

    /** START or END for every block, [B·P·L, D]. */
    static SDVariable marker(
            SameDiff sd, Decoder decoder, String name, ThoughtSizes sizes, double scale, DataType type) {
        SDVariable row = sd.reshape(decoder.parameter(name), 1, decoder.width());
        return sd.constant(Nd4j.ones(type, sizes.stepRows(), 1).muli(scale)).mul(row);
    }
}
