package org.quietstar.thought;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.attention.KvCache;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * The forward pass of the slots {@code first} … {@code last} of all blocks at once (docs/algorithm.md, section 2: the sequential computation): they attend to the
 * text's rows and the earlier slots' rows of the activations, and write their own.
 */
final class SlotForward implements AutoCloseable {
    private static final String TOKENS = "tokens";

    private final INDArray tokens;
    private final StaticPlan plan;

    /** What a graph adds after the decoder: from final hidden states [rows, D] to named outputs. */
    interface Tail {
        List<String> build(SameDiff sd, Decoder decoder, SDVariable hidden, Map<String, INDArray> inputs);

        /** Nothing is added. */
        static Tail none() {
            return (sd, decoder, hidden, inputs) -> List.of();
        }
    }

    SlotForward(
            ThinkingModel thinking,
            ThoughtLayout layout,
            int first,
            int last,
            ActivationStore activations,
            PlanMemory memory,
            Tail tail) {
        this(thinking, layout, first, last, activations, memory, tail, true);
    }

    /** @param seesText whether the slots see the text, or their own block alone */
    SlotForward(
            ThinkingModel thinking,
            ThoughtLayout layout,
            int first,
            int last,
            ActivationStore activations,
            PlanMemory memory,
            Tail tail,
            boolean seesText) {
        ModelConfig model = thinking.config();
        DataType type = thinking.dataType();
        SameDiff sd = LeanGraph.create();
        var decoder = new Decoder(sd, model, thinking.parameters(), layout.maxPosition());
        Map<String, INDArray> inputs = new HashMap<>();
        this.tokens = Nd4j.zeros(DataType.INT32, Math.max(1, layout.idsOfSlots(first, last)));
        inputs.put(TOKENS, tokens);
        SDVariable ids = sd.placeHolder(TOKENS, DataType.INT32, tokens.length());
        SDVariable embeddings = new ThoughtEmbeddings(sd, decoder, layout, thinking).slots(ids, first, last);
        SDVariable hidden = decoder.layers(embeddings, new SlotPattern(sd, model, layout, first, last, type, seesText))
                .normed();
        Map<String, INDArray> targets = new HashMap<>(activations.ofSlots(first, last));
        for (int i = 0; i < model.layers(); i++) {
            connectCache(i, activations.cache(), layout, first, last, inputs, targets);
        }
        List<String> outputs = tail.build(sd, decoder, hidden, inputs);
        this.plan = StaticPlan.of(sd)
                .given(inputs)
                .into(targets)
                .outputs(outputs)
                .sharing(memory)
                .compile();
    }

    /** A layer's keys and values: what earlier rows have left is read, and the slots' own go beside it. */
    private static void connectCache(
            int layer,
            KvCache cache,
            ThoughtLayout layout,
            int first,
            int last,
            Map<String, INDArray> inputs,
            Map<String, INDArray> targets) {
        int blocks = layout.firstRowOfSlot(1);
        int own = layout.firstRowOfSlot(first);
        int end = layout.firstRowOfSlot(last + 1);
        inputs.put(SlotPattern.textKeys(layer), cache.keys(layer, 0, blocks));
        inputs.put(SlotPattern.textValues(layer), cache.values(layer, 0, blocks));
        if (first > 1) {
            inputs.put(SlotPattern.pastKeys(layer), cache.keys(layer, blocks, own));
            inputs.put(SlotPattern.pastValues(layer), cache.values(layer, blocks, own));
            targets.put(SlotPattern.ownKeys(layer), cache.keys(layer, blocks, end));
            targets.put(SlotPattern.ownValues(layer), cache.values(layer, blocks, end));
        }
    }

    /** Where the tokens of the slots that read some go, INT32, slot after slot; START and END read none. */
    INDArray tokens() {
        return tokens;
    }

    /** Computes the slots; those before them and the text must have been computed. */
    void run() {
        plan.run();
    }

    StaticPlan plan() {
        return plan;
    }

    /** An output of the tail's, until another plan runs. */
    INDArray output(String name) {
        return plan.output(name);
    }

    @Override
    public void close() {
        plan.close();
        tokens.close();
    }

    /** The text's forward pass, once for all blocks: it writes its rows of the activations. */
    static final class TextPrefill implements AutoCloseable {
        private final INDArray ids;
        private final StaticPlan plan;

        TextPrefill(ThinkingModel thinking, ThoughtLayout layout, ActivationStore activations, PlanMemory memory) {
            SameDiffFixes.install();
            ModelConfig model = thinking.config();
            DataType type = thinking.dataType();
            SameDiff sd = LeanGraph.create();
            var decoder = new Decoder(sd, model, thinking.parameters(), layout.maxPosition());
            this.ids = Nd4j.zeros(DataType.INT32, layout.textRows());
            SDVariable tokens = decoder.embed(sd.placeHolder("ids", DataType.INT32, layout.textRows()));
            decoder.layers(tokens, TextAttention.causal(sd, model, layout.batch(), layout.length(), type));
            this.plan = StaticPlan.of(sd)
                    .given(Map.of("ids", ids))
                    .into(activations.ofText())
                    .sharing(memory)
                    .compile();
        }

        /** Reads the text anew, INT32 [B·L]. */
        void run(INDArray text) {
            ids.assign(text);
            plan.run();
        }

        StaticPlan plan() {
            return plan;
        }

        @Override
        public void close() {
            plan.close();
            ids.close();
        }
    }
}
