package org.quietstar.thought;

import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.Parameters;
import org.quietstar.model.TextAttention;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.Graphs;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/** The text's forward pass, once for all blocks: it writes its rows of the activations. */
final class CachedText implements AutoCloseable {
    private final INDArray ids;
    private final StaticPlan plan;

    CachedText(
            ModelConfig model,
            ThoughtSizes sizes,
            Parameters parameters,
            Activations activations,
            SharedBuffers memory) {
        CorrectedOps.install();
        DataType type = parameters.dataType();
        SameDiff sd = Graphs.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        this.ids = Nd4j.zeros(DataType.INT32, sizes.textRows());
        SDVariable tokens = decoder.embed(sd.placeHolder("ids", DataType.INT32, sizes.textRows()));
        decoder.layers(tokens, TextAttention.causal(sd, model, sizes.batch(), sizes.length(), type));
        this.plan = StaticPlan.builder(sd, sd)
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
