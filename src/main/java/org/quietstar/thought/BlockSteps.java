package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.AttentionPattern;
import org.quietstar.model.HeadShape;

/**
 * The steps {@code first} … {@code last} of all blocks at once, with the keys and values of the text and of the steps
 * before them given (spec: way 2, some steps at a time). Rows stand in [step, B, P, L] order.
 *
 * <p>For each layer i the graph gets the placeholders {@link #textKeys} and {@link #textValues}, [B·L, KV·E], and, if
 * {@code first} is above 1, {@link #pastKeys} and {@link #pastValues}, [(first − 1)·B·P·L, KV·E].
 */
public final class BlockSteps implements AttentionPattern {
    private final SameDiff sd;
    private final ThoughtSizes sizes;
    private final HeadShape heads;
    private final int first;
    private final int last;
    private final DataType type;
    private final ThoughtBlockAttention attention;
    private final SDVariable positions;
    private final SDVariable textMask;
    private final SDVariable ownMask;

    /**
     * @param first the first step, from 1
     * @param last the last step, to S
     */
    public BlockSteps(SameDiff sd, ModelConfig model, ThoughtSizes sizes, int first, int last, DataType type) {
        if (first < 1 || last < first || last > sizes.steps()) {
            throw new IllegalArgumentException(
                    "Steps " + first + " to " + last + " are not within 1 to " + sizes.steps());
        }
        this.sd = sd;
        this.sizes = sizes;
        this.heads = HeadShape.of(model);
        this.first = first;
        this.last = last;
        this.type = type;
        this.attention = new ThoughtBlockAttention(sd, heads, sizes, last - first + 1);
        this.textMask = sd.constant(BlockMasks.text(type, sizes, first, last, model.slidingWindow()));
        this.ownMask = sd.constant(BlockMasks.own(type, first, last, model.slidingWindow()));
        int[] places = new int[rows()];
        for (int r = 0; r < places.length; r++) {
            places[r] = r % sizes.length() + first + r / sizes.stepRows();
        }
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

    /** Placeholder of a layer's keys of the steps before {@code first}, [(first − 1)·B·P·L, KV·E]. */
    public static String pastKeys(int layer) {
        return "past.keys." + layer;
    }

    /** Placeholder of a layer's values of the steps before {@code first}, [(first − 1)·B·P·L, KV·E]. */
    public static String pastValues(int layer) {
        return "past.values." + layer;
    }

    /** A layer's keys of the steps 1 … last, [last·B·P·L, KV·E]; there is none if {@code first} is 1. */
    public static String ownKeys(int layer) {
        return "own.keys." + layer;
    }

    /** A layer's values of the steps 1 … last, [last·B·P·L, KV·E]; there is none if {@code first} is 1. */
    public static String ownValues(int layer) {
        return "own.values." + layer;
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return (last - first + 1) * sizes.stepRows();
    }

    @Override
    public SDVariable attend(int layer, SDVariable queries, SDVariable keys, SDVariable values) {
        var view = new ThoughtBlockAttention.View(
                sd.placeHolder(textKeys(layer), type, sizes.textRows(), heads.keyWidth()),
                sd.placeHolder(textValues(layer), type, sizes.textRows(), heads.keyWidth()),
                textMask,
                withPast(pastKeys(layer), keys, ownKeys(layer)),
                withPast(pastValues(layer), values, ownValues(layer)),
                ownMask,
                last);
        return attention.attend(layer, queries, view);
    }

    private SDVariable withPast(String past, SDVariable current, String all) {
        if (first == 1) {
            return current;
        }
        SDVariable before = sd.placeHolder(past, type, (first - 1L) * sizes.stepRows(), heads.keyWidth());
        SDVariable joined = sd.concat(0, before, current);
        joined.rename(all);
        return joined;
    }
}
