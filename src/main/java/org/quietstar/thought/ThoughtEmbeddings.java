package org.quietstar.thought;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Decoder;

/**
 * Embeddings of text and thought blocks, in a graph's row order. Token rows come from one gather; START and END are one
 * vector each, repeated (paper, section 4.4.1; docs/algorithm.md, section 4).
 */
public final class ThoughtEmbeddings {
    private final SameDiff sd;
    private final Decoder decoder;
    private final ThoughtLayout layout;
    private final double scale;
    private final boolean pauses;
    private final DataType type;

    /** @param model which says what START and END are multiplied by, and whether pauses stand in the place of thoughts */
    ThoughtEmbeddings(SameDiff sd, Decoder decoder, ThoughtLayout layout, ThinkingModel model) {
        this.sd = sd;
        this.decoder = decoder;
        this.layout = layout;
        this.scale = model.settings().embeddingScale();
        this.pauses = model.pauses();
        this.type = model.dataType();
    }

    /**
     * The text and the slots 1 … {@code last} after it.
     *
     * @param ids INT32, those of {@link ThoughtLayout#firstIdOfSlot firstIdOfSlot(last + 1)}
     * @return [B·L + last·B·P·L, D]
     */
    SDVariable textAndSlots(SDVariable ids, int last) {
        return build(layout.textRows(), layout.startSlot(), last, ids);
    }

    /**
     * The slots {@code first} … {@code last} alone.
     *
     * @param ids INT32 [{@link ThoughtLayout#idsOfSlots}], not read where that is 0
     * @return [(last − first + 1)·B·P·L, D]
     */
    SDVariable slots(SDVariable ids, int first, int last) {
        return build(0, first, last, ids);
    }

    private SDVariable build(int textRows, int first, int last, SDVariable ids) {
        int count = textRows + layout.idsOfSlots(first, last);
        List<SDVariable> parts = new ArrayList<>();
        if (count > 0) {
            addParts(parts, decoder.embed(ids), count, textRows, first, last);
        } else {
            parts.add(marker(first));
        }
        return parts.size() == 1 ? parts.get(0) : sd.concat(0, parts.toArray(SDVariable[]::new));
    }

    /** Markers, and between them what tokens there are, [count, D], as few pieces as possible. */
    private void addParts(List<SDVariable> parts, SDVariable tokens, int count, int textRows, int first, int last) {
        int from = 0;
        int to = textRows;
        for (int a = first; a <= last; a++) {
            if (isVector(a)) {
                addTokens(parts, tokens, count, from, to);
                parts.add(marker(a));
                // The ids of slots with pauses are passed over.
                to += layout.idsOfSlots(a, a);
                from = to;
            } else {
                to += layout.slotRows();
            }
        }
        addTokens(parts, tokens, count, from, to);
    }

    private void addTokens(List<SDVariable> parts, SDVariable tokens, int count, int from, int to) {
        if (to - from == count) {
            parts.add(tokens);
        } else if (to > from) {
            parts.add(ThoughtLayout.rows(sd, tokens, from, to, decoder.width()));
        }
    }

    private boolean isVector(int slot) {
        return layout.isMarker(slot) || (pauses && slot < layout.endSlot());
    }

    /** START, END or a pause of every block, [B·P·L, D]. */
    private SDVariable marker(int slot) {
        String name = ThoughtParameters.PAUSE;
        if (layout.isMarker(slot)) {
            name = slot == layout.startSlot() ? ThoughtParameters.START : ThoughtParameters.END;
        }
        return marker(sd, decoder, name, layout.slotRows(), scale, type);
    }

    /**
     * START, END or the pause, repeated.
     *
     * @param name as in {@link ThoughtParameters}
     * @param scale factor of the vector
     * @return [rows, D]
     */
    public static SDVariable marker(SameDiff sd, Decoder decoder, String name, int rows, double scale, DataType type) {
        SDVariable row = sd.reshape(decoder.parameter(name), 1, decoder.width());
        return sd.constant(Nd4j.ones(type, rows, 1).muli(scale)).mul(row);
    }
}
