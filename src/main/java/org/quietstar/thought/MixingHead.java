package org.quietstar.thought;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.Decoder;
import org.quietstar.model.Parameters;

/**
 * The mixing head (paper, section 4.3): from the hidden state without and with the thought, how much the thought weighs.
 * u = [h_base; h_thought], w = W3·relu(W2·relu(W1·u + b1) + b2), mixed = (1 − w)·h_base + w·h_thought. Mixing hidden
 * states equals mixing logits, because the output head is linear without bias.
 */
public final class MixingHead {
    private final SameDiff sd;
    private final Decoder decoder;
    private final Parameters parameters;
    private final Mixer mixer;
    private final int width;

    /**
     * Builds into the decoder's graph.
     *
     * @param model whose mixing head it is
     */
    public MixingHead(SameDiff sd, Decoder decoder, ThinkingModel model) {
        this.sd = sd;
        this.decoder = decoder;
        this.parameters = model.parameters();
        this.mixer = model.settings().mixer();
        this.width = model.config().hiddenSize();
    }

    /**
     * The part of the first layer that reads the base state, W1[:, :D]·h + b1, for each text row once; h where there is
     * no mixing head.
     *
     * @param base final hidden states of the text, [B·L, D]
     */
    public SDVariable baseHalf(SDVariable base) {
        if (mixer == Mixer.NONE) {
            return base;
        }
        return sd.mmul(base, half(0), false, true, false).add(decoder.parameter(ThoughtParameters.B1));
    }

    /**
     * Weights of the thoughts.
     *
     * @param baseHalf {@link #baseHalf} seen from k places on, [M, B, 1, L, D]
     * @param thought final hidden states at END and the lookahead slots, [M·B·P·L, D]
     * @return w, [M·B·P·L, 1]
     */
    SDVariable weight(SDVariable baseHalf, SDVariable thought, ThoughtLayout layout) {
        long rows = (long) layout.lookahead() * layout.slotRows();
        if (mixer == Mixer.NONE) {
            return ones(rows);
        }
        SDVariable own = sd.reshape(
                sd.mmul(thought, half(width), false, true, false),
                layout.lookahead(),
                layout.batch(),
                layout.thoughts(),
                layout.length(),
                width);
        return fromFirstLayer(sd.reshape(own.add(baseHalf), rows, width));
    }

    /**
     * Weights of thoughts of which each stands beside its own base state.
     *
     * @param baseHalf {@link #baseHalf}, [n, D]
     * @param thought final hidden states at END, [n, D]
     * @param rows n
     * @return w, [n, 1]
     */
    public SDVariable weight(SDVariable baseHalf, SDVariable thought, long rows) {
        if (mixer == Mixer.NONE) {
            return ones(rows);
        }
        return fromFirstLayer(sd.mmul(thought, half(width), false, true, false).add(baseHalf));
    }

    /** From the first layer's sums [n, D] to w [n, 1]. */
    private SDVariable fromFirstLayer(SDVariable sums) {
        SDVariable first = sd.nn.relu(sums, 0);
        SDVariable second = sd.nn.relu(
                sd.mmul(first, decoder.parameter(ThoughtParameters.W2), false, true, false)
                        .add(decoder.parameter(ThoughtParameters.B2)),
                0);
        SDVariable w = sd.mmul(second, decoder.parameter(ThoughtParameters.W3), false, true, false); // [rows, 1]
        if (parameters.contains(ThoughtParameters.B3)) {
            w = w.add(decoder.parameter(ThoughtParameters.B3));
        }
        return mixer == Mixer.SIGMOID ? sd.nn.sigmoid(w) : w;
    }

    /** Without a mixing head a thought weighs 1. */
    private SDVariable ones(long rows) {
        return sd.identity(sd.constant(Nd4j.ones(parameters.dataType(), rows, 1)));
    }

    /**
     * h_base + w·(h_thought − h_base), all [M, B, P or 1, L, D or 1], or [n, D or 1]; exactly h_base where w is 0, and
     * h_thought where there is no mixing head.
     */
    public SDVariable mix(SDVariable base, SDVariable thought, SDVariable weight) {
        if (mixer == Mixer.NONE) {
            return sd.identity(thought);
        }
        return base.add(weight.mul(thought.sub(base)));
    }

    private SDVariable half(int firstColumn) {
        return sd.slice(decoder.parameter(ThoughtParameters.W1), new int[] {0, firstColumn}, width, width);
    }
}
