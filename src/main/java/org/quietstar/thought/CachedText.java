package org.quietstar.thought;

import java.util.ArrayList;
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
import org.quietstar.model.TextAttention;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.StaticPlan;

/** The text's pass without gradient: every layer's keys and values for the blocks to attend to. */
final class CachedText implements AutoCloseable {
    private final INDArray ids;
    private final StaticPlan plan;

    CachedText(ModelConfig model, ThoughtSizes sizes, Parameters parameters) {
        CorrectedOps.install();
        DataType type = parameters.dataType();
        SameDiff sd = SameDiff.create();
        var decoder = new Decoder(sd, model, parameters, sizes.maxPosition());
        this.ids = Nd4j.zeros(DataType.INT32, sizes.textRows());
        SDVariable tokens = decoder.embed(sd.placeHolder("ids", DataType.INT32, sizes.textRows()));
        decoder.layers(tokens, TextAttention.causal(sd, model, sizes.batch(), sizes.length(), type));
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < model.layers(); i++) {
            outputs.add(DecoderNames.layer(i, DecoderNames.KEYS));
            outputs.add(DecoderNames.layer(i, DecoderNames.VALUES));
        }
        this.plan = StaticPlan.compile(sd, sd, Map.of("ids", ids), outputs);
    }

    /** Reads the text anew, INT32 [B·L]. */
    void run(INDArray text) {
        ids.assign(text);
        plan.run();
    }

    /** Keys of a layer, [B·L, KV·E]; overwritten by the next run. */
    INDArray keys(int layer) {
        return plan.output(DecoderNames.layer(layer, DecoderNames.KEYS));
    }

    /** Values of a layer, [B·L, KV·E]; overwritten by the next run. */
    INDArray values(int layer) {
        return plan.output(DecoderNames.layer(layer, DecoderNames.VALUES));
    }

    @Override
    public void close() {
        plan.close();
        ids.close();
    }
}
