package org.quietstar.thought;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.Masks;

/**
 * The slots {@code first} … {@code last} of all blocks at once, with the keys and values of the text and of the slots
 * before them given (docs/algorithm.md, section 2: the sequential computation, some slots at a time). Rows stand in [slot, B, P, L] order.
 *
 * <p>For each layer i the graph gets the placeholders {@link #textKeys} and {@link #textValues}, [B·L, KV·E], and, if
 * {@code first} is above 1, {@link #pastKeys} and {@link #pastValues}, [(first − 1)·B·P·L, KV·E].
 */
public final class SlotPattern implements AttentionPattern {
    private final SameDiff sd;
    private final ThoughtLayout layout;
    private final HeadShape heads;
    private final int first;
    private final int last;
    private final DataType type;
    private final ThoughtAttention attention;
    private final SDVariable positions;
    private final SDVariable textMask;
    private final SDVariable ownMask;

    /**
     * @param first the first slot, from 1
     * @param last the last slot, to S
     */
    public SlotPattern(SameDiff sd, ModelConfig model, ThoughtLayout layout, int first, int last, DataType type) {
        this(sd, model, layout, first, last, type, true);
    }

    /** @param seesText whether the slots see the text, or their own block alone */
    SlotPattern(
            SameDiff sd,
            ModelConfig model,
            ThoughtLayout layout,
            int first,
            int last,
            DataType type,
            boolean seesText) {
        if (first < 1 || last < first || last > layout.slots()) {
            throw new IllegalArgumentException(
                    "Slots " + first + " to " + last + " are not within 1 to " + layout.slots());
        }
        this.sd = sd;
        this.layout = layout;
        this.heads = HeadShape.of(model);
        this.first = first;
        this.last = last;
        this.type = type;
        this.attention = new ThoughtAttention(heads, layout, last - first + 1);
        INDArray mask = ThoughtAttention.textMask(type, layout, first, last, model.slidingWindow());
        this.textMask = sd.constant(seesText ? mask : mask.assign(Masks.MASKED));
        this.ownMask = sd.constant(ThoughtAttention.ownMask(type, first, last, model.slidingWindow()));
        int[] places = Arrays.copyOfRange(
                layout.positions(last), layout.firstRowOfSlot(first), layout.firstRowOfSlot(last + 1));
        this.positions = sd.constant(Nd4j.createFromArray(places));
    }

    /** Placeholder of a layer's text keys, [B·L, KV·E]. */
    public static String textKeys(int layer) {
        return "text.keys." + layer;
    }

    /** Placeholder of a layer's text values, [B·L, KV·E]. */
    public static String textValues(int layer) {
        return "text.values." + layer;
    }

    /** Placeholder of a layer's keys of the slots before {@code first}, [(first − 1)·B·P·L, KV·E]. */
    public static String pastKeys(int layer) {
        return "past.keys." + layer;
    }

    /** Placeholder of a layer's values of the slots before {@code first}, [(first − 1)·B·P·L, KV·E]. */
    public static String pastValues(int layer) {
        return "past.values." + layer;
    }

    /** A layer's keys of the slots 1 … last, [last·B·P·L, KV·E]; there is none if {@code first} is 1. */
    public static String ownKeys(int layer) {
        return "own.keys." + layer;
    }

    /** A layer's values of the slots 1 … last, [last·B·P·L, KV·E]; there is none if {@code first} is 1. */
    public static String ownValues(int layer) {
        return "own.values." + layer;
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return (last - first + 1) * layout.slotRows();
    }

    @Override
    public SDVariable attend(Layer layer, SDVariable queries, SDVariable keys, SDVariable values) {
        var view = new ThoughtAttention.View(
                sd.placeHolder(textKeys(layer.index()), type, layout.textRows(), heads.keyWidth()),
                sd.placeHolder(textValues(layer.index()), type, layout.textRows(), heads.keyWidth()),
                textMask,
                withPast(pastKeys(layer.index()), keys, ownKeys(layer.index())),
                withPast(pastValues(layer.index()), values, ownValues(layer.index())),
                ownMask,
                last);
        return attention.attend(layer, queries, view);
    }

    private SDVariable withPast(String past, SDVariable current, String all) {
        if (first == 1) {
            return current;
        }
        SDVariable before = sd.placeHolder(past, type, (first - 1L) * layout.slotRows(), heads.keyWidth());
        SDVariable joined = sd.concat(0, before, current);
        joined.rename(all);
        return joined;
    }
}
