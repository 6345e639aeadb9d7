package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GatherWithGradient;

/** A learned vector for each position, added to the embedding, as GPT-2 has it. */
public final class LearnedPositions implements PositionEncoding {
    private final SDVariable table;
    private final SDVariable positions;
    private final double scale;

    /**
     * @param table [maxPositions, D]
     * @param positions INT32 [R]
     * @param headWidth E
     */
    public LearnedPositions(SDVariable table, SDVariable positions, int headWidth) {
        this.table = table;
        this.positions = positions;
        this.scale = 1 / Math.sqrt(headWidth);
    }

    @Override
    public SDVariable embed(SDVariable embeddings) {
        return embeddings.add(new GatherWithGradient(table.getSameDiff(), table, positions).outputVariable());
    }

    @Override
    public SDVariable queries(SDVariable projected) {
        return projected.mul(projected.getSameDiff().constant(Nd4j.scalar(table.dataType(), scale)));
    }

    @Override
    public SDVariable keys(SDVariable projected) {
        return projected;
    }
}
