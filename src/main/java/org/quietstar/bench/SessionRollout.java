package org.quietstar.bench;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.listeners.Listener;
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
import org.quietstar.model.TextAttention;
import org.quietstar.samediff.InPlace;
import org.quietstar.thought.ThoughtBlockAttention;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtSizes;

/**
 * The rollout through SameDiff's session: one graph for the text's keys and values, and one for each of the T steps,
 * which attends to the text and to exactly the keys of the steps before it. A session allocates by the shapes it meets, so
 * that no step has to carry masked places for later ones, as a plan with fixed shapes does.
 */
final class SessionRollout {
    private static final String IDS = "ids";
    private static final String WEIGHTS = "weights";

    private final ModelConfig model;
    private final ThoughtSizes sizes;
    private final Parameters parameters;
    private final SameDiff text = SameDiff.create();
    private final List<SameDiff> steps = new ArrayList<>();
    private final Random random = new Random(1);

    SessionRollout(ModelConfig model, ThoughtSizes sizes, Parameters parameters) {
        this.model = model;
        this.sizes = sizes;
        this.parameters = parameters;
        buildText();
        for (int a = 1; a <= sizes.thoughtTokens(); a++) {
            steps.add(buildStep(a));
        }
    }

    private void buildText() {
        var decoder = new Decoder(text, model, parameters, sizes.maxPosition());
        var attention = TextAttention.causal(text, model, sizes.batch(), sizes.length(), DataType.FLOAT);
        decoder.layers(decoder.embed(text.placeHolder(IDS, DataType.INT32, sizes.textRows())), attention);
        for (int i = 0; i < model.layers(); i++) {
            attention.keys(i).rename(key("text", i));
            attention.values(i).rename(value("text", i));
        }
    }

    private SameDiff buildStep(int a) {
        SameDiff sd = SameDiff.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        int rows = sizes.stepRows();
        SDVariable embeddings = a == 1
                ? sd.tile(sd.reshape(decoder.parameter(ThoughtParameters.START), 1, model.hiddenSize()), rows, 1)
                : decoder.embed(sd.placeHolder(IDS, DataType.INT32, rows));
        SDVariable logits =
                decoder.logits(decoder.layers(embeddings, new Step(sd, a)).normed());
        sd.math.exp(logits.sub(sd.max(logits, true, 1))).rename(WEIGHTS); // [B·P·L, V]
        return sd;
    }

    /** Step a: sees the text, the steps before it, and itself. */
    private final class Step implements AttentionPattern {
        private final SameDiff sd;
        private final int a;
        private final HeadShape heads = HeadShape.of(model);
        private final ThoughtBlockAttention attention;
        private final SDVariable positions;
        private final SDVariable textMask;
        private final SDVariable ownMask;

        Step(SameDiff sd, int a) {
            this.sd = sd;
            this.a = a;
            this.attention = new ThoughtBlockAttention(sd, heads, sizes, 1);
            int[] ofRow = new int[sizes.stepRows()];
            for (int r = 0; r < ofRow.length; r++) {
                ofRow[r] = r % sizes.length() + a;
            }
            this.positions = sd.constant(Nd4j.createFromArray(ofRow));
            INDArray seen = Nd4j.tile(Masks.textKeys(DataType.FLOAT, sizes.length(), a, 0), sizes.thoughts(), 1);
            this.textMask = sd.constant(seen.reshape(1, 1, (long) sizes.thoughts() * sizes.length(), sizes.length()));
            this.ownMask = sd.constant(Nd4j.zeros(DataType.FLOAT, 1, 1, 1, a));
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
            long[] ofText = {(long) sizes.batch() * heads.keyValueHeads(), sizes.length(), heads.width()};
            var view = new ThoughtBlockAttention.View(
                    sd.placeHolder(key("text", layer), DataType.FLOAT, ofText),
                    sd.placeHolder(value("text", layer), DataType.FLOAT, ofText),
                    textMask,
                    ownMask);
            SDVariable ownKeys = withPast(key("past", layer), key("own", layer), attention.ownByPosition(keys));
            SDVariable ownValues = withPast(value("past", layer), value("own", layer), attention.ownByPosition(values));
            return attention.attend(queries, ownKeys, ownValues, a, view);
        }

        /** [B·KV·P·L, a, E] */
        private SDVariable withPast(String past, String name, SDVariable current) {
            long blocks = (long) sizes.stepRows() * heads.keyValueHeads();
            SDVariable all = a == 1
                    ? current
                    : sd.concat(1, sd.placeHolder(past, DataType.FLOAT, blocks, a - 1, heads.width()), current);
            all.rename(name);
            return all;
        }
    }

    private static String key(String of, int layer) {
        return of + "_keys." + layer;
    }

    private static String value(String of, int layer) {
        return of + "_values." + layer;
    }

    private List<String> cache(String of) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < model.layers(); i++) {
            names.addAll(List.of(key(of, i), value(of, i)));
        }
        return names;
    }

    /**
     * Draws the thoughts of a text at temperature 1.
     *
     * @param ids INT32 [B·L]
     * @param drawn INT32 [T·B·P·L], receives t1 … tT
     * @param listeners hear of every op
     */
    void draw(INDArray ids, INDArray drawn, List<Listener> listeners) {
        Map<String, INDArray> ofText =
                text.output(Map.of(IDS, ids), listeners, cache("text").toArray(String[]::new));
        Map<String, INDArray> past = new HashMap<>();
        long rows = sizes.stepRows();
        for (int a = 1; a <= steps.size(); a++) {
            Map<String, INDArray> inputs = new LinkedHashMap<>(ofText);
            if (a > 1) {
                inputs.put(IDS, tokens(drawn, (a - 2) * rows).dup());
                past.forEach((name, array) -> inputs.put(name.replace("own", "past"), array));
            }
            List<String> wanted = new ArrayList<>(a < steps.size() ? cache("own") : List.of());
            wanted.add(WEIGHTS);
            Map<String, INDArray> outputs =
                    new HashMap<>(steps.get(a - 1).output(inputs, listeners, wanted.toArray(String[]::new)));
            try (INDArray weights = outputs.remove(WEIGHTS)) {
                choose(weights, tokens(drawn, (a - 1) * rows));
            }
            past.values().forEach(INDArray::close);
            past = outputs;
        }
        past.values().forEach(INDArray::close);
        ofText.values().forEach(INDArray::close);
    }

    private INDArray tokens(INDArray drawn, long first) {
        return drawn.get(NDArrayIndex.interval(first, first + sizes.stepRows()));
    }

    /** For each row the first id whose cumulative weight exceeds a uniform share of the total. */
    private void choose(INDArray weights, INDArray target) {
        FloatBuffer all = weights.data().asNioFloat();
        int[] chosen = new int[sizes.stepRows()];
        float[] row = new float[model.vocabSize()];
        for (int r = 0; r < chosen.length; r++) {
            all.get(r * row.length, row);
            double left = 0;
            for (float weight : row) {
                left += weight;
            }
            left *= random.nextDouble();
            int id = 0;
            while (id < row.length - 1 && left >= row[id]) {
                left -= row[id++];
            }
            chosen[r] = id;
        }
        InPlace.fill(target, chosen);
    }

    /** Ops in a rollout. */
    int ops() {
        return text.getOps().size()
                + steps.stream().mapToInt(sd -> sd.getOps().size()).sum();
    }
}
