package org.quietstar.train;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.family.Architecture;
import org.quietstar.model.family.Families;
import org.quietstar.thought.ThoughtLayout;

/**
 * Floating-point operations of training, from sizes alone: those of the matrix products that the graphs have, 2·m·n·k for
 * [m, k] times [k, n], attention included and with all the products that a mask then hides. In the letters of
 * docs/algorithm.md, with N = B·L rows of text, K = B·P·L blocks, W weights of the layers' maps and H·E the width of all
 * heads, a micro-batch takes
 *
 * <ul>
 *   <li>forward, of r rows: 2·r·W; attention 4·H·E for each pair of a row and a key, L keys for each text row and, of its
 *       text and its block, L and 1 … S for each block row; 2·D·V for each row of logits;
 *   <li>backward: the same for the gradient of what a product reads, and once more for that of its weights where they are
 *       trained.
 * </ul>
 *
 * Rotary positions are products, too: 2·E for each number of a query or key. Where thoughts or pauses are trained, the
 * backward pass computes the scores of attention once more.
 *
 * <p>Rows of logits: N of the text, M·K after thoughts, T·K that are sampled (forward alone), and those of the policy.
 */
final class TrainingFlops {
    /** Share of the scores in forward attention; the backward pass after a rollout computes them again. */
    private static final double SCORES = 0.5;

    private final StageConfig stage;
    private final ModelConfig model;
    private final ThoughtLayout layout;
    private final Map<String, long[]> shapes;
    private final Set<String> trained;
    private final String head;

    /**
     * @param model sizes, with the vocabulary's filled in
     * @param trained names of the parameters that the stage trains
     */
    TrainingFlops(StageConfig stage, ModelConfig model, Set<String> trained) {
        this.stage = stage;
        this.model = model;
        this.layout = ThoughtLayout.of(stage);
        this.trained = trained;
        this.head = DecoderParameters.head(model);
        this.shapes = new TreeMap<>(DecoderParameters.shapes(model));
        shapes.putAll(LoraAdapters.shapes(model, stage.train().lora()));
        shapes.values().removeIf(shape -> shape.length != 2);
        shapes.keySet().removeIf(name -> name.equals(head) || !(name.contains(".layers.") || name.contains(".h.")));
    }

    /** A forward and a backward pass of a plain language model over one micro-batch. */
    double languageModel() {
        double rows = layout.textRows();
        return rows * maps(1, true) + 2 * rotations(rows) + 3 * pairs(rows * layout.length()) + rows * logits(1, true);
    }

    /**
     * A whole step of a micro-batch with thoughts or pauses, but for the policy.
     *
     * @param backwardPasses 1; 2 where the parts of the gradient are measured apart
     */
    double thinking(int backwardPasses) {
        double backward = layout.rows() * (maps(1, true) - maps(1, false))
                + rotations(layout.rows())
                + (2 + SCORES) * pairs(attention(true));
        return forward() + backwardPasses * backward + likelihoodsBackward();
    }

    /** Thoughts, and the likelihood of the text after them, without gradients. */
    double forward() {
        double sampled = stage.pauses() ? 0 : layout.sampledTokens() * logits(1, false);
        double rewarded = stage.loss().reward() == RewardSource.THOUGHT ? layout.predictions() * logits(1, false) : 0;
        return layout.rows() * maps(1, false)
                + rotations(layout.rows())
                + pairs(attention(false))
                + sampled
                + rewarded
                + (layout.textRows() + layout.predictions()) * logits(1, false)
                + mixing();
    }

    /**
     * A text that a model reads and writes token by token with cached keys, without padding.
     *
     * @param read tokens that go through the layers, each of which sees those before it
     * @param predicted tokens that logits are computed for
     */
    double writing(int read, int predicted) {
        return maps(read, false) + rotations(read) + pairs(read * (read + 1.0) / 2) + predicted * logits(1, false);
    }

    /**
     * The REINFORCE term.
     *
     * @param rows sampled tokens that take part
     */
    double policy(long rows) {
        double base = stage.loss().klWeight() > 0 ? rows * logits(1, false) : 0;
        return rows * logits(1, true) + base;
    }

    private double likelihoodsBackward() {
        double rows = layout.textRows() + (double) layout.predictions();
        return rows * (logits(1, true) - logits(1, false)) + 2 * mixing();
    }

    /** Pairs of a row and a key that it is multiplied with. */
    private double attention(boolean backward) {
        double blocks = layout.slotRows();
        double slots = layout.slots();
        double sampled = backward || stage.pauses() ? 0 : layout.thoughtTokens();
        double own = sampled * (sampled + 1) / 2 + (slots - sampled) * slots;
        return (layout.textRows() + slots * blocks) * layout.length() + blocks * own;
    }

    private double mixing() {
        double d = model.hiddenSize();
        double predictions = layout.predictions();
        return stage.thought().mixer() == Mixer.NONE
                ? 0
                : 2 * (layout.textRows() * d * d + predictions * (2 * d * d + d));
    }

    /** Scores and weighted sums over all layers and heads. */
    private double pairs(double count) {
        return 4.0 * count * HeadShape.of(model).queryWidth() * model.layers();
    }

    /** Rotary positions, which turn the queries and keys of a row by a matrix of a head's width. */
    private double rotations(double rows) {
        HeadShape heads = HeadShape.of(model);
        boolean rotary = Families.architecture(model).positions() == Architecture.Positions.ROTARY;
        return rotary ? 2.0 * rows * heads.width() * (heads.queryWidth() + heads.keyWidth()) * model.layers() : 0;
    }

    /** The maps of all layers. */
    private double maps(double rows, boolean backward) {
        double sum = 0;
        for (Map.Entry<String, long[]> each : shapes.entrySet()) {
            long[] shape = each.getValue();
            sum += product(rows * shape[0] * shape[1], backward, trained.contains(each.getKey()));
        }
        return sum;
    }

    private double logits(double rows, boolean backward) {
        return product(rows * model.hiddenSize() * model.vocabSize(), backward, trained.contains(head));
    }

    private static double product(double multiplications, boolean backward, boolean trainsWeights) {
        return 2 * multiplications * (backward ? trainsWeights ? 3 : 2 : 1);
    }
}
