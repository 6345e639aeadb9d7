package org.quietstar.model;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.SameDiffFixes;

/** Plain next-token training and scoring: text through the decoder, and the weighted sum of the labels' NLL. */
public final class LanguageModelGraph {
    /** INT32 [B·L] */
    public static final String IDS = "ids";
    /** INT32 [B·L]: x[p+1], anything where there is none. */
    public static final String LABELS = "labels";
    /** [B·L, 1]: weight of each label; 0 where there is none. */
    public static final String WEIGHTS = "weights";
    /** Σ weight·NLL */
    public static final String LOSS = "loss";
    /** [B·L, 1] */
    public static final String NLL = "nll";
    /** [B·L, V] */
    public static final String LOGITS = "logits";

    private final SameDiff sd = LeanGraph.create();

    /**
     * @param batch B
     * @param length L
     */
    public LanguageModelGraph(ModelConfig model, int batch, int length, Parameters parameters) {
        SameDiffFixes.install();
        DataType type = parameters.dataType();
        long rows = (long) batch * length;
        var decoder = new Decoder(sd, model, parameters, length - 1);
        var attention = TextAttention.causal(sd, model, batch, length, type);
        SDVariable embeddings = decoder.embed(sd.placeHolder(IDS, DataType.INT32, rows));
        SDVariable hidden = decoder.layers(embeddings, attention).normed(); // [B·L, D]
        SDVariable labels = decoder.headRows(sd.placeHolder(LABELS, DataType.INT32, rows)); // [B·L, D]
        SDVariable logits = decoder.logits(hidden);
        logits.rename(LOGITS);
        SDVariable nll = CrossEntropy.nll(sd, logits, sd.sum(hidden.mul(labels), true, 1));
        nll.rename(NLL);
        sd.sum(nll.mul(sd.placeHolder(WEIGHTS, type, rows, 1))).rename(LOSS);
    }

    public SameDiff graph() {
        return sd;
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return GradientFunction.trainable(sd);
    }
}
