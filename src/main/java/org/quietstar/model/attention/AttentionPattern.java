package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Who may attend to whom among the rows that go through the decoder together. It is the only difference between the
 * passes that a decoder is built for.
 */
public interface AttentionPattern {

    /** The decoder's layer that a pattern computes the attention of. */
    interface Layer {
        /** Number of the layer, from 0. */
        int index();

        /**
         * Names a variable of this layer, and declares that a backward pass reads it and that it is cheaper to keep than
         * to compute again.
         *
         * @param part the variable's name within the layer
         * @param width of its rows
         * @param x [R, width]
         * @return {@code x}
         */
        SDVariable keep(String part, int width, SDVariable x);
    }

    /** Position of each row in its text, INT32 [R]. */
    SDVariable positions();

    /** R */
    int rows();

    /**
     * Attention of one layer.
     *
     * @param queries encoded for their positions and divided by √E, [R, H·E]
     * @param keys encoded for their positions, [R, KV·E]
     * @param values [R, KV·E]
     * @return [R, H·E]
     */
    SDVariable attend(Layer layer, SDVariable queries, SDVariable keys, SDVariable values);
}
