package org.quietstar.generate;

/**
 * What goes through the decoder together, for each sequence. Text and START share a pass, and so do the last token of a
 * thought and END, so that a thought of T tokens costs T + 3 rows but only T + 1 passes over the weights.
 */
enum DecodePass {
    /** Text tokens, of which only the keys are wanted. */
    PREFILL(0, false, false),
    /** One text token; gives h_base and its logits. */
    TEXT(1, false, false),
    /** One text token and START; gives h_base and the logits of the thought's first token. */
    TEXT_AND_START(1, true, false),
    /** START alone; gives the logits of the thought's first token. */
    START(0, true, false),
    /** A token of the thought; gives the logits of the next one. */
    THOUGHT(1, false, false),
    /** The thought's last token and END; gives w and the mixed logits. */
    THOUGHT_AND_END(1, false, true);

    private final int tokens;
    private final boolean start;
    private final boolean end;

    DecodePass(int tokens, boolean start, boolean end) {
        this.tokens = tokens;
        this.start = start;
        this.end = end;
    }

    /** Rows of each sequence; for {@link #PREFILL} the caller decides. */
    int rows() {
        return tokens + (hasMarker() ? 1 : 0);
    }

    /** Whether the last row is START or END. */
    boolean hasMarker() {
        return start || end;
    }

    /** Whether the first row is a token of the thought. */
    boolean isThought() {
        return this == THOUGHT || this == THOUGHT_AND_END;
    }

    /** Whether START is the marker. */
    boolean isStart() {
        return start;
    }

    /** Whether the first row is text whose hidden state is kept as h_base. */
    boolean keepsBase() {
        return this == TEXT || this == TEXT_AND_START;
    }

    /** Whether the last row's state is mixed with h_base. */
    boolean mixes() {
        return end;
    }
}
