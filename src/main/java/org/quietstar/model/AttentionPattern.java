package org.quietstar.model;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Who may attend to whom among the rows that go through the decoder together. It is all in which the text stream, the
 * thought blocks and a cached step differ.
 */
public interface AttentionPattern {

    /** The rotary position of each of the R rows, INT32 [R]. */
    SDVariable positions();

    /** R */
    int rows();

    /**
     * Attention of one layer.
     *
     * @param layer number of the layer, from 0
     * @param queries rotated and divided by √E, [R, H·E]
     * @param keys rotated, [R, KV·E]
     * @param values [R, KV·E]
     * @return [R, H·E]
     */
    SDVariable attend(int layer, SDVariable queries, SDVariable keys, SDVariable values);
}
