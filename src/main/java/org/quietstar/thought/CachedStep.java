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
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.StaticPlan;

/**
 * Step a of all blocks at once with cached keys (spec: way 2): B·P·L new tokens, one for each position and thought,
 * attend to the cached text keys and to their own block's earlier keys. Its plan knows which step it is, so that nothing
 * masked is computed.
 */
final class CachedStep implements AutoCloseable {
    private static final String TOKENS = "tokens";

    private final int step;
    private final int layers;
    private final BlockCache cache;
    private final INDArray tokens;
    private final StaticPlan plan;

    /** What a graph adds after the decoder: from final hidden states [B·P·L, D] to named outputs. */
    interface Tail {
        /** @param inputs receives the array of each placeholder that the tail declares; the caller closes them */
        List<String> build(SameDiff sd, Decoder decoder, SDVariable hidden, Map<String, INDArray> inputs);
    }

    /**
     * @param step a, from 1 to S
     * @param text whose keys and values are attended to; its arrays are bound
     * @param cache holds the keys and values of the steps before this one, and receives this one's
     */
    CachedStep(
            ModelConfig model,
            ThoughtSizes sizes,
            int step,
            double embeddingScale,
            Parameters parameters,
            CachedText text,
            BlockCache cache,
            Tail tail) {
        this.step = step;
        this.layers = model.layers();
        this.cache = cache;
        DataType type = parameters.dataType();
        SameDiff sd = SameDiff.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        Map<String, INDArray> inputs = new HashMap<>();
        String marker = BlockEmbeddings.markerAt(sizes, step);
        this.tokens = marker == null ? Nd4j.zeros(DataType.INT32, sizes.stepRows()) : null;
        SDVariable embeddings;
        if (marker == null) {
            inputs.put(TOKENS, tokens);
            embeddings = decoder.embed(sd.placeHolder(TOKENS, DataType.INT32, sizes.stepRows()));
        } else {
            embeddings = BlockEmbeddings.marker(sd, decoder, marker, sizes, embeddingScale, type);
        }
        SDVariable hidden = decoder.layers(embeddings, new BlockSteps(sd, model, sizes, step, step, type))
                .normed();
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            inputs.put(BlockSteps.textKeys(i), text.keys(i));
            inputs.put(BlockSteps.textValues(i), text.values(i));
            if (step > 1) {
                inputs.put(BlockSteps.pastKeys(i), cache.keys(i, 1, step - 1));
                inputs.put(BlockSteps.pastValues(i), cache.values(i, 1, step - 1));
            }
            outputs.add(DecoderNames.layer(i, DecoderNames.KEYS));
            outputs.add(DecoderNames.layer(i, DecoderNames.VALUES));
        }
        outputs.addAll(tail.build(sd, decoder, hidden, inputs));
        this.plan = StaticPlan.compile(sd, sd, inputs, outputs);
    }

    /** Whether the step reads tokens; START and END do not. */
    boolean readsTokens() {
        return tokens != null;
    }

    /** Where the tokens of a step that reads some go, INT32 [B·P·L]. */
    INDArray tokens() {
        return tokens;
    }

    /** Computes the step, the steps before it being in the cache, and puts its keys and values there. */
    void run() {
        plan.run();
        for (int i = 0; i < layers; i++) {
            cache.keys(i, step, step).assign(plan.output(DecoderNames.layer(i, DecoderNames.KEYS)));
            cache.values(i, step, step).assign(plan.output(DecoderNames.layer(i, DecoderNames.VALUES)));
        }
    }

    /** An output of the tail's as of the last run. */
    INDArray output(String name) {
        return plan.output(name);
    }

    @Override
    public void close() {
        plan.close();
        if (tokens != null) {
            tokens.close();
        }
    }
}
