package org.quietstar.thought;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Text quantities seen from k places further on: entry (k, b, p) of the result is entry (b, p + k) of the text. */
final class Lookahead {
    private Lookahead() {}

    /**
     * [B, L, W] as [M, B, 1, L, W], zero where p + k lies beyond the text.
     *
     * @param x per text position
     * @param width W
     */
    static SDVariable of(SameDiff sd, SDVariable x, int width, ThoughtSizes sizes, DataType type) {
        int batch = sizes.batch();
        int length = sizes.length();
        SDVariable padded = x;
        if (sizes.lookahead() > 1) {
            padded = sd.concat(1, x, sd.constant(Nd4j.zeros(type, batch, sizes.lookahead() - 1, width)));
        }
        List<SDVariable> shifted = new ArrayList<>();
        for (int k = 0; k < sizes.lookahead(); k++) {
            SDVariable part = sd.slice(padded, new int[] {0, k, 0}, batch, length, width);
            shifted.add(sd.reshape(part, 1, batch, 1, length, width));
        }
        return shifted.size() == 1 ? shifted.get(0) : sd.concat(0, shifted.toArray(SDVariable[]::new));
    }
}
