package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.TextAttention;

/**
 * The learning graph's pattern: text rows attend to text, causally; block rows (p, a) attend to text keys j ≤ p and to
 * their own block's keys 1 … a. Only the first {@code slots} of the S slots may take part.
 */
public final class LearningPattern implements AttentionPattern {
    private final SameDiff sd;
    private final ThoughtLayout layout;
    private final HeadShape heads;
    private final int slots;
    private final TextAttention text;
    private final ThoughtAttention blocks;
    private final SDVariable textMask;
    private final SDVariable ownMask;
    private final SDVariable positions;

    /** @param slots how many slots of the blocks there are rows for, 1 … S */
    public LearningPattern(SameDiff sd, ModelConfig model, ThoughtLayout layout, int slots, DataType type) {
        this.sd = sd;
        this.layout = layout;
        this.heads = HeadShape.of(model);
        this.slots = slots;
        this.positions = sd.constant(Nd4j.createFromArray(layout.positions(slots)));
        this.text = TextAttention.causal(sd, model, layout.batch(), layout.length(), type);
        this.blocks = new ThoughtAttention(heads, layout, slots);
        this.textMask = sd.constant(ThoughtAttention.textMask(type, layout, 1, slots, model.slidingWindow()));
        this.ownMask = sd.constant(ThoughtAttention.ownMask(type, 1, slots, model.slidingWindow()));
    }

    @Override
    public SDVariable positions() {
        return positions;
    }

    @Override
    public int rows() {
        return layout.firstRowOfSlot(slots + 1);
    }

    @Override
    public SDVariable attend(Layer layer, SDVariable queries, SDVariable keys, SDVariable values) {
        int split = layout.textRows();
        int end = layout.firstRowOfSlot(slots + 1);
        SDVariable fromText =
                text.attend(layer, queryRows(queries, 0, split), keyRows(keys, 0, split), keyRows(values, 0, split));
        var view = new ThoughtAttention.View(
                text.keys(layer.index()),
                text.values(layer.index()),
                textMask,
                keyRows(keys, split, end),
                keyRows(values, split, end),
                ownMask,
                slots);
        return sd.concat(0, fromText, blocks.attend(layer, queryRows(queries, split, end), view));
    }

    private SDVariable queryRows(SDVariable x, int from, int to) {
        return ThoughtLayout.rows(sd, x, from, to, heads.queryWidth());
    }

    private SDVariable keyRows(SDVariable x, int from, int to) {
        return ThoughtLayout.rows(sd, x, from, to, heads.keyWidth());
    }
}
