package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;

/** How rows know where in the text they stand. */
public sealed interface PositionEncoding permits Rotary, LearnedPositions {

    /** What enters the first layer, [R, D]. */
    SDVariable embed(SDVariable embeddings);

    /** Queries as the attention wants them, divided by √E, [R, H·E]. */
    SDVariable queries(SDVariable projected);

    /** Keys as the attention wants them, [R, KV·E]. */
    SDVariable keys(SDVariable projected);
}
