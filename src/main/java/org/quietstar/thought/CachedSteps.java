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
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Graphs;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/**
 * The forward pass of the steps {@code first} … {@code last} of all blocks at once (spec: way 2): they attend to the
 * text's rows and the earlier steps' rows of the activations, and write their own.
 */
final class CachedSteps implements AutoCloseable {
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

    CachedSteps(
            ModelConfig model,
            ThoughtSizes sizes,
            int first,
            int last,
            double embeddingScale,
            Parameters parameters,
            Activations activations,
            SharedBuffers memory,
            Tail tail) {
        DataType type = parameters.dataType();
        SameDiff sd = Graphs.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        Map<String, INDArray> inputs = new HashMap<>();
        this.tokens = Nd4j.zeros(DataType.INT32, Math.max(1, BlockEmbeddings.tokenRows(sizes, first, last)));
        inputs.put(TOKENS, tokens);
        SDVariable ids = sd.placeHolder(TOKENS, DataType.INT32, tokens.length());
        SDVariable embeddings = BlockEmbeddings.ofSteps(sd, decoder, sizes, first, last, ids, embeddingScale, type);
        SDVariable hidden = decoder.layers(embeddings, new BlockSteps(sd, model, sizes, first, last, type))
                .normed();
        Map<String, INDArray> targets = new HashMap<>(activations.ofSteps(first, last));
        for (int i = 0; i < model.layers(); i++) {
            String keys = DecoderNames.layer(i, DecoderNames.KEYS);
            String values = DecoderNames.layer(i, DecoderNames.VALUES);
            inputs.put(BlockSteps.textKeys(i), activations.ofText(keys));
            inputs.put(BlockSteps.textValues(i), activations.ofText(values));
            if (first > 1) {
                inputs.put(BlockSteps.pastKeys(i), activations.ofSteps(keys, 1, first - 1));
                inputs.put(BlockSteps.pastValues(i), activations.ofSteps(values, 1, first - 1));
                targets.put(BlockSteps.ownKeys(i), activations.ofSteps(keys, 1, last));
                targets.put(BlockSteps.ownValues(i), activations.ofSteps(values, 1, last));
            }
        }
        List<String> outputs = tail.build(sd, decoder, hidden, inputs);
        this.plan = StaticPlan.builder(sd, sd)
                .given(inputs)
                .into(targets)
                .outputs(outputs)
                .sharing(memory)
                .compile();
    }

    /** Where the tokens of the steps that read some go, INT32, step after step; START and END read none. */
    INDArray tokens() {
        return tokens;
    }

    /** Computes the steps; those before them and the text must have been computed. */
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
}
