package org.quietstar.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.listeners.Listener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.HostNumbers;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.thought.SlotPattern;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;

/**
 * The rollout through SameDiff's session: one graph for the text's keys and values, and one for each of the T slots,
 * which attends to the text and to exactly the keys of the slots before it. A session allocates by the shapes it meets, so
 * that no slot has to carry masked places for later ones, as a plan with fixed shapes does.
 */
final class SessionRollout {
    private static final String IDS = "ids";
    private static final String WEIGHTS = "weights";

    private final ModelConfig model;
    private final ThoughtLayout layout;
    private final Parameters parameters;
    private final SameDiff text = LeanGraph.create();
    private final List<SameDiff> slots = new ArrayList<>();
    private final Random random = new Random(1);

    SessionRollout(ModelConfig model, ThoughtLayout layout, Parameters parameters) {
        this.model = model;
        this.layout = layout;
        this.parameters = parameters;
        buildText();
        for (int a = 1; a <= layout.thoughtTokens(); a++) {
            slots.add(buildSlot(a));
        }
    }

    private void buildText() {
        var decoder = new Decoder(text, model, parameters, layout.maxPosition());
        decoder.layers(
                decoder.embed(text.placeHolder(IDS, DataType.INT32, layout.textRows())),
                TextAttention.causal(text, model, layout.batch(), layout.length(), DataType.FLOAT));
    }

    private SameDiff buildSlot(int a) {
        SameDiff sd = LeanGraph.create();
        var decoder = new Decoder(sd, model, parameters, layout.maxPosition());
        int rows = layout.slotRows();
        SDVariable embeddings = a == 1
                ? sd.tile(sd.reshape(decoder.parameter(ThoughtParameters.START), 1, model.hiddenSize()), rows, 1)
                : decoder.embed(sd.placeHolder(IDS, DataType.INT32, rows));
        SDVariable logits =
                decoder.logits(decoder.layers(embeddings, new SlotPattern(sd, model, layout, a, a, DataType.FLOAT))
                        .normed());
        sd.math.exp(logits.sub(sd.max(logits, true, 1))).rename(WEIGHTS); // [B·P·L, V]
        return sd;
    }

    /** Names of keys and values in the text's graph, by the placeholders of the slots that read them. */
    private Map<String, String> ofText() {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < model.layers(); i++) {
            names.put(SlotPattern.textKeys(i), DecoderNames.layer(i, DecoderNames.KEYS));
            names.put(SlotPattern.textValues(i), DecoderNames.layer(i, DecoderNames.VALUES));
        }
        return names;
    }

    /** Names of all keys and values so far in the graph of slot {@code a}, by the placeholders of the next one. */
    private Map<String, String> ofBlocks(int a) {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < model.layers(); i++) {
            boolean alone = a == 1;
            names.put(
                    SlotPattern.pastKeys(i), alone ? DecoderNames.layer(i, DecoderNames.KEYS) : SlotPattern.ownKeys(i));
            names.put(
                    SlotPattern.pastValues(i),
                    alone ? DecoderNames.layer(i, DecoderNames.VALUES) : SlotPattern.ownValues(i));
        }
        return names;
    }

    /**
     * Draws the thoughts of a text at temperature 1.
     *
     * @param ids INT32 [B·L]
     * @param sampled INT32 [T·B·P·L], receives t1 … tT
     * @param listeners hear of every op
     */
    void sample(INDArray ids, INDArray sampled, List<Listener> listeners) {
        Map<String, INDArray> ofText = byReader(
                ofText(),
                text.output(Map.of(IDS, ids), listeners, ofText().values().toArray(String[]::new)));
        Map<String, INDArray> past = Map.of();
        long rows = layout.slotRows();
        for (int a = 1; a <= slots.size(); a++) {
            Map<String, INDArray> inputs = new LinkedHashMap<>(ofText);
            inputs.putAll(past);
            if (a > 1) {
                inputs.put(IDS, tokens(sampled, (a - 2) * rows).dup());
            }
            Map<String, String> kept = a < slots.size() ? ofBlocks(a) : Map.of();
            List<String> wanted = new ArrayList<>(kept.values());
            wanted.add(WEIGHTS);
            Map<String, INDArray> outputs = slots.get(a - 1).output(inputs, listeners, wanted.toArray(String[]::new));
            choose(outputs.get(WEIGHTS), tokens(sampled, (a - 1) * rows));
            release(outputs.get(WEIGHTS));
            past.values().forEach(SessionRollout::release);
            past = byReader(kept, outputs);
        }
        past.values().forEach(SessionRollout::release);
        ofText.values().forEach(SessionRollout::release);
    }

    /** Gives an array's memory back, if it has its own: the session hands out views, too, which M1.1 refuses to close. */
    private static void release(INDArray array) {
        if (array.closeable()) {
            array.close();
        }
    }

    private static Map<String, INDArray> byReader(Map<String, String> names, Map<String, INDArray> arrays) {
        Map<String, INDArray> result = new LinkedHashMap<>();
        names.forEach((reader, name) -> result.put(reader, arrays.get(name)));
        return result;
    }

    private INDArray tokens(INDArray sampled, long first) {
        return sampled.get(NDArrayIndex.interval(first, first + layout.slotRows()));
    }

    /** For each row the first id whose cumulative weight exceeds a uniform share of the total. */
    private void choose(INDArray weights, INDArray target) {
        HostNumbers all = HostNumbers.of(weights);
        int[] chosen = new int[layout.slotRows()];
        int width = model.vocabSize();
        for (int r = 0; r < chosen.length; r++) {
            long start = (long) r * width;
            double left = all.sum(start, width) * random.nextDouble();
            int id = 0;
            while (id < width - 1 && left >= all.get(start + id)) {
                left -= all.get(start + id++);
            }
            chosen[r] = id;
        }
        HostArrays.fill(target, chosen);
    }

    /** Ops in a rollout. */
    int ops() {
        return text.getOps().size()
                + slots.stream().mapToInt(sd -> sd.getOps().size()).sum();
    }
}
