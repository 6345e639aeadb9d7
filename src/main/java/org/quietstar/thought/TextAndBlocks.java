package org.quietstar.thought;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.AttentionPattern;
import org.quietstar.model.HeadShape;
import org.quietstar.model.Masks;
import org.quietstar.model.TextAttention;

/**
 * The learning graph's pattern: text rows attend to text, causally; block rows (p, a) attend to text keys j ≤ p and to
 * their own block's keys 1 … a. Only the first {@code steps} of the S steps may take part.
 */
public final class TextAndBlocks implements AttentionPattern {
    private final SameDiff sd;
    private final ThoughtSizes sizes;
    private final HeadShape heads;
    private final int steps;
    private final TextAttention text;
    private final ThoughtBlockAttention blocks;
    private final SDVariable textMask;
    private final SDVariable ownMask;
    private final SDVariable positions;

    /** @param steps how many steps of the blocks there are rows for, 1 … S */
    public TextAndBlocks(SameDiff sd, ModelConfig model, ThoughtSizes sizes, int steps, DataType type) {
        this.sd = sd;
        this.sizes = sizes;
        this.heads = HeadShape.of(model);
        this.steps = steps;
        int length = sizes.length();
        int window = model.slidingWindow();
        int[] all = Arrays.copyOf(sizes.positions(), sizes.firstRowOfStep(steps + 1));
        this.positions = sd.constant(Nd4j.createFromArray(all));
        this.text = TextAttention.causal(sd, model, sizes.batch(), length, type);
        this.blocks = new ThoughtBlockAttention(sd, heads, sizes, steps);
        this.textMask = sd.constant(textMask(type, sizes, 1, steps, window));
        this.ownMask = sd.constant(ownMask(type, steps, window));
    }

    /** Mask of text keys for steps {@code first} … {@code last}, [1, Sq, P·L, L]. */
    static INDArray textMask(DataType type, ThoughtSizes sizes, int first, int last, int window) {
        INDArray mask =
                Nd4j.create(type, 1, last - first + 1, (long) sizes.thoughts() * sizes.length(), sizes.length());
        for (int a = first; a <= last; a++) {
            INDArray step = Nd4j.tile(Masks.textKeys(type, sizes.length(), a, window), sizes.thoughts(), 1);
            mask.slice(0).slice(a - first).assign(step);
        }
        return mask;
    }

    private static INDArray ownMask(DataType type, int steps, int window) {
        return Masks.causal(type, steps, window).reshape(1, 1, steps, steps);
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return sizes.firstRowOfStep(steps + 1);
    }

    @Override
    public SDVariable attend(int layer, SDVariable queries, SDVariable keys, SDVariable values) {
        int split = sizes.textRows();
        int end = sizes.firstRowOfStep(steps + 1);
        SDVariable fromText =
                text.attend(layer, queryRows(queries, 0, split), keyRows(keys, 0, split), keyRows(values, 0, split));
        var view = new ThoughtBlockAttention.View(text.keys(layer), text.values(layer), textMask, ownMask);
        SDVariable fromBlocks = blocks.attend(
                queryRows(queries, split, end),
                blocks.ownByPosition(keyRows(keys, split, end)),
                blocks.ownByPosition(keyRows(values, split, end)),
                steps,
                view);
        return sd.concat(0, fromText, fromBlocks);
    }

    private SDVariable queryRows(SDVariable x, int from, int to) {
        return Rows.of(sd, x, from, to, heads.queryWidth());
    }

    private SDVariable keyRows(SDVariable x, int from, int to) {
        return Rows.of(sd, x, from, to, heads.keyWidth());
    }
}
