package org.quietstar.bench;

import org.quietstar.thought.ThoughtLayout;

/**
 * Floating-point operations in the matrix products of one training step, two for a multiply-add. It is what a step needs
 * at the least with every thought token differentiated, however it is executed: one forward, twice as much backward;
 * attention only where the mask allows it; one row of logits for each mixed prediction.
 *
 * @param layers linear maps of the decoder's layers, over text and blocks
 * @param attention scores and weighted sums, over text and blocks
 * @param head rows of logits: of the text, of the sampled tokens and of the mixed predictions
 * @param mixing the mixing head
 */
public record StepFlops(long layers, long attention, long head, long mixing) {

    /** Forward operations of a step of that size. */
    public static StepFlops of(BenchSize size) {
        ThoughtLayout s = size.sizes();
        long d = size.width();
        long length = s.length();
        long slots = s.slots();
        long sequences = s.batch();
        long blocks = (long) s.batch() * s.thoughts(); // B·P, each with a block at every position
        long linear = 2 * (4 * d * d + 3 * d * size.feedForward()) * size.layers(); // for a token
        long seen = length * (length + 1) / 2; // pairs of a causal L × L mask
        long pairs = sequences * seen + blocks * (slots * seen + length * (slots * (slots + 1) / 2));
        long mixed = blocks * length * s.lookahead();
        return new StepFlops(
                s.rows() * linear,
                pairs * 4 * d * size.layers(),
                (s.textRows() + blocks * length * s.thoughtTokens() + mixed) * 2 * d * size.vocab(),
                mixed * 2 * (3 * d * d + d));
    }

    /** Forward and backward. */
    public long total() {
        return 3 * (layers + attention + head + mixing);
    }

    /** Forward and backward, in 10⁹. */
    public double giga() {
        return total() * 1e-9;
    }
}
