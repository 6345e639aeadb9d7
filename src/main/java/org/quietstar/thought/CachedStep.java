package org.quietstar.thought;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.AttentionPattern;
import org.quietstar.model.Decoder;
import org.quietstar.model.HeadShape;
import org.quietstar.model.Masks;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.InPlace;
import org.quietstar.samediff.StaticPlan;

/**
 * One step of all blocks at once with cached keys (spec: way 2): B·P·L new tokens, one for each position and thought,
 * attend to the cached text keys and to their own block's earlier keys. The same plan serves every step; what changes
 * from step to step are the contents of its input arrays.
 */
final class CachedStep implements AutoCloseable {
    private static final String TOKENS = "tokens";
    private static final String KIND = "kind";
    private static final String POSITIONS = "positions";
    private static final String TEXT_MASK = "text_mask";
    private static final String OWN_MASK = "own_mask";

    private final ModelConfig model;
    private final ThoughtSizes sizes;
    private final HeadShape heads;
    private final DataType type;
    private final int cached;
    private final Map<String, INDArray> inputs = new HashMap<>();
    private final StaticPlan plan;
    private final boolean textMaskDependsOnStep;
    private boolean textMaskFilled;
    private int step;

    /** What a graph adds after the decoder: from final hidden states [B·P·L, D] to named outputs. */
    interface Tail {
        List<String> build(SameDiff sd, Decoder decoder, SDVariable hidden, Map<String, INDArray> inputs);
    }

    /**
     * @param steps how many steps a block will have at most
     * @param text whose keys and values are attended to; its arrays are bound
     */
    CachedStep(
            ModelConfig model,
            ThoughtSizes sizes,
            int steps,
            double embeddingScale,
            Parameters parameters,
            CachedText text,
            Tail tail) {
        this.model = model;
        this.sizes = sizes;
        this.heads = HeadShape.of(model);
        this.type = parameters.dataType();
        this.cached = steps - 1;
        this.textMaskDependsOnStep = model.slidingWindow() > 0 && model.slidingWindow() <= sizes.maxPosition();
        SameDiff sd = SameDiff.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        var pattern = new Pattern(sd, text);
        Decoder.Hidden hidden = decoder.layers(embeddings(sd, decoder, embeddingScale), pattern);
        List<String> outputs = new ArrayList<>(pattern.outputs);
        for (int i = 0; i < hidden.states().size(); i++) {
            hidden.states().get(i).rename("hidden." + i);
            outputs.add("hidden." + i);
        }
        hidden.normed().rename("hidden.final");
        outputs.add("hidden.final");
        outputs.addAll(tail.build(sd, decoder, hidden.normed(), inputs));
        this.plan = StaticPlan.compile(sd, sd, inputs, outputs);
    }

    /** token·E[ids] + start·START + end·END, where one of the three factors is not 0. */
    private SDVariable embeddings(SameDiff sd, Decoder decoder, double scale) {
        SDVariable tokens = decoder.embed(input(sd, TOKENS, Nd4j.zeros(DataType.INT32, sizes.stepRows())));
        SDVariable sum = tokens.mul(input(sd, KIND + ".token", Nd4j.zeros(type, 1, 1)));
        for (String marker : List.of(ThoughtParameters.START, ThoughtParameters.END)) {
            SDVariable row = sd.reshape(decoder.parameter(marker), 1, model.hiddenSize());
            SDVariable scaled = row.mul(sd.constant(Nd4j.scalar(type, scale)));
            sum = sum.add(scaled.mul(input(sd, KIND + "." + marker, Nd4j.zeros(type, 1, 1))));
        }
        return sum;
    }

    private SDVariable input(SameDiff sd, String name, INDArray array) {
        inputs.put(name, array);
        return sd.placeHolder(name, array.dataType(), array.shape());
    }

    private final class Pattern implements AttentionPattern {
        private final SameDiff sd;
        private final ThoughtBlockAttention attention;
        private final SDVariable positions;
        private final SDVariable textMask;
        private final SDVariable ownMask;
        private final CachedText text;
        private final List<String> outputs = new ArrayList<>();

        Pattern(SameDiff sd, CachedText text) {
            this.sd = sd;
            this.text = text;
            this.attention = new ThoughtBlockAttention(sd, heads, sizes, 1);
            this.positions = input(sd, POSITIONS, Nd4j.zeros(DataType.INT32, sizes.stepRows()));
            this.textMask = input(
                    sd, TEXT_MASK, Nd4j.zeros(type, 1, 1, (long) sizes.thoughts() * sizes.length(), sizes.length()));
            this.ownMask = input(sd, OWN_MASK, Nd4j.zeros(type, 1, 1, 1, cached + 1));
        }

        @Override
        public SDVariable positions() {
            return positions;
        }

        @Override
        public int rows() {
            return sizes.stepRows();
        }

        @Override
        public SDVariable attend(int layer, SDVariable queries, SDVariable keys, SDVariable values) {
            SDVariable ownKeys = withPast("own_keys." + layer, attention.ownByPosition(keys));
            SDVariable ownValues = withPast("own_values." + layer, attention.ownByPosition(values));
            var view = new ThoughtBlockAttention.View(
                    input(sd, "text_keys." + layer, text.keys(layer)),
                    input(sd, "text_values." + layer, text.values(layer)),
                    textMask,
                    ownMask);
            return attention.attend(queries, ownKeys, ownValues, cached + 1, view);
        }

        /** The cache [B·KV·P·L, C, E] with the new token's entry after it. */
        private SDVariable withPast(String name, SDVariable current) {
            current.rename(name + ".new");
            outputs.add(name + ".new");
            if (cached == 0) {
                return current;
            }
            long blocks = (long) sizes.batch() * heads.keyValueHeads() * sizes.thoughts() * sizes.length();
            SDVariable past = input(sd, name, Nd4j.zeros(type, blocks, cached, heads.width()));
            return sd.concat(1, past, current);
        }
    }

    /** Forgets the block's earlier steps. */
    void restart() {
        step = 0;
    }

    /** The next step is START. */
    void runStart() {
        run(ThoughtParameters.START);
    }

    /** The next step is END. */
    void runEnd() {
        run(ThoughtParameters.END);
    }

    /** The next step is a token of each block, INT32 [B·P·L]. */
    void runTokens(INDArray ids) {
        inputs.get(TOKENS).assign(ids);
        run("token");
    }

    private void run(String kind) {
        if (step > cached) {
            throw new IllegalStateException("A block has " + (cached + 1) + " steps at most");
        }
        step++;
        for (String each : List.of("token", ThoughtParameters.START, ThoughtParameters.END)) {
            inputs.get(KIND + "." + each).assign(each.equals(kind) ? 1 : 0);
        }
        if (textMaskDependsOnStep || !textMaskFilled) {
            textMaskFilled = true;
            InPlace.assign(
                    inputs.get(TEXT_MASK), TextAndBlocks.textMask(type, sizes, step, step, model.slidingWindow()));
        }
        InPlace.fill(inputs.get(POSITIONS), positions());
        InPlace.fill(inputs.get(OWN_MASK), ownMask());
        plan.run();
        keepKeys();
    }

    private int[] positions() {
        int[] positions = new int[sizes.stepRows()];
        for (int r = 0; r < positions.length; r++) {
            positions[r] = r % sizes.length() + step;
        }
        return positions;
    }

    /** Sees the cached steps 1 … step−1 that a window reaches, and itself, which stands last. */
    private double[] ownMask() {
        double[] mask = new double[cached + 1];
        for (int j = 0; j < cached; j++) {
            int a = j + 1;
            boolean seen = a < step && (model.slidingWindow() <= 0 || step - a < model.slidingWindow());
            mask[j] = seen ? 0 : Masks.HIDDEN;
        }
        return mask;
    }

    private void keepKeys() {
        if (step > cached) {
            return;
        }
        for (int layer = 0; layer < model.layers(); layer++) {
            for (String name : List.of("own_keys." + layer, "own_values." + layer)) {
                inputs.get(name)
                        .get(NDArrayIndex.all(), NDArrayIndex.interval(step - 1, step), NDArrayIndex.all())
                        .assign(plan.output(name + ".new"));
            }
        }
    }

    /** An output of the last step: "hidden.i", "hidden.final", or one of the tail's. */
    INDArray output(String name) {
        return plan.output(name);
    }

    /** An input array of the tail's, to be filled in place before a step. */
    INDArray input(String name) {
        return inputs.get(name);
    }

    @Override
    public void close() {
        plan.close();
        // The text's keys and values belong to its own plan.
        inputs.forEach((name, array) -> {
            if (!name.startsWith("text_keys.") && !name.startsWith("text_values.")) {
                array.close();
            }
        });
    }
}
