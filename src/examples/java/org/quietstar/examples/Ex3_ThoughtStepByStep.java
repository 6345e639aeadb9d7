package org.quietstar.examples;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.TextAttention;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.Graphs;
import org.quietstar.thought.MixingHead;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.tokenizer.ByteTokenizer;

/** One thought after one text, step after step, with a model that has learned nothing yet. */
public final class Ex3_ThoughtStepByStep {
    private static final RunConfig RECIPE =
            QuietStar.config("{model: {vocabSize: 259, hiddenSize: 32, layers: 2}, thought: {thoughtTokens: 4}}");
    private static final Parameters BASE = DecoderParameters.random(RECIPE.model(), DataType.FLOAT, 42);
    /** START, END and the mixing head; START and END begin as the embedding of a dash. */
    private static final Parameters ALL =
            BASE.and(ThoughtParameters.create(RECIPE.model(), RECIPE.thought(), BASE, '-', 42));

    private Ex3_ThoughtStepByStep() {}

    public static void main(String[] args) {
        CorrectedOps.install();
        List<INDArray> rows = new ArrayList<>();
        INDArray table = BASE.get(DecoderParameters.EMBEDDING);
        for (int id : new ByteTokenizer().encode("2+2=")) {
            rows.add(table.getRow(id));
        }
        INDArray base = lastState(rows); // 1. the text gives h_base, from which the base model predicts
        rows.add(ALL.get(ThoughtParameters.START)); // 2. the thought begins
        List<Integer> thought = new ArrayList<>();
        for (int t = 0; t < RECIPE.thought().thoughtTokens(); t++) {
            int token =
                    logits(lastState(rows)).argMax(1).getInt(0); // 3. its tokens, drawn one by one, here the likeliest
            thought.add(token);
            rows.add(table.getRow(token));
        }
        rows.add(ALL.get(ThoughtParameters.END)); // 4. it ends, and END gives h_thought
        INDArray after = lastState(rows);
        SameDiff sd = Graphs.create(); // 5. the mixing head says how much the thought weighs
        var head = new MixingHead(sd, new Decoder(sd, RECIPE.model(), ALL, 0), ALL, false, 32);
        SDVariable weight = head.weight(head.baseHalf(sd.constant(base)), sd.constant(after));
        double w = weight.eval().getDouble(0);
        INDArray mixed = base.mul(1 - w).add(after.mul(w)); // 6. and the next token is predicted from both
        System.out.println("thought " + thought + ", w " + w);
        System.out.println("changed by " + logits(mixed).distance2(logits(base)) + ": a fresh thought weighs nothing,");
        System.out.println(
                "fully weighed by " + logits(after).distance2(logits(base)) + "; training finds out how much");
    }

    /** Final hidden state [1, D] of the last row, seen causally. */
    private static INDArray lastState(List<INDArray> rows) {
        SameDiff sd = Graphs.create();
        var decoder = new Decoder(sd, RECIPE.model(), ALL, rows.size() - 1);
        var attention = TextAttention.causal(sd, RECIPE.model(), 1, rows.size(), DataType.FLOAT);
        SDVariable states =
                decoder.layers(sd.constant(Nd4j.vstack(rows)), attention).normed();
        return states.eval().getRow(rows.size() - 1, true);
    }

    private static INDArray logits(INDArray state) {
        return state.mmul(BASE.get(DecoderParameters.EMBEDDING).transpose());
    }
}
