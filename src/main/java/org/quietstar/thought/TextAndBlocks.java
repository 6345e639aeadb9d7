package org.quietstar.thought;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.AttentionPattern;
import org.quietstar.model.HeadShape;
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
        int[] all = Arrays.copyOf(sizes.positions(), sizes.firstRowOfStep(steps + 1));
        this.positions = sd.constant(Nd4j.createFromArray(all));
        this.text = TextAttention.causal(sd, model, sizes.batch(), sizes.length(), type);
        this.blocks = new ThoughtBlockAttention(sd, heads, sizes, steps);
        this.textMask = sd.constant(BlockMasks.text(type, sizes, 1, steps, model.slidingWindow()));
        this.ownMask = sd.constant(BlockMasks.own(type, 1, steps, model.slidingWindow()));
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
        var view = new ThoughtBlockAttention.View(
                text.keys(layer),
                text.values(layer),
                textMask,
                keyRows(keys, split, end),
                keyRows(values, split, end),
                ownMask,
                steps);
        return sd.concat(0, fromText, blocks.attend(layer, queryRows(queries, split, end), view));
    }

    private SDVariable queryRows(SDVariable x, int from, int to) {
        return Rows.of(sd, x, from, to, heads.queryWidth());
    }

    private SDVariable keyRows(SDVariable x, int from, int to) {
        return Rows.of(sd, x, from, to, heads.keyWidth());
    }
}
