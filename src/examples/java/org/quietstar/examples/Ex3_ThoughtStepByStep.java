package org.quietstar.examples;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.thought.MixingHead;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TokenRules;

/** One thought after one text, token after token, with a model that has learned nothing yet. */
public final class Ex3_ThoughtStepByStep {
    private static final ModelConfig MODEL = ModelConfig.defaults().withVocabSize(128); // ASCII
    private static final ThoughtConfig THOUGHT = ThoughtConfig.defaults();
    private static final Parameters BASE = DecoderParameters.random(MODEL, DataType.FLOAT, 42);
    private static final INDArray TABLE = BASE.get(DecoderParameters.EMBEDDING); // [V, D]
    private static final INDArray HEAD = TABLE.transpose(); // [D, V], of tied embeddings
    private static final Parameters ALL = BASE.and(ThoughtParameters.create(MODEL, THOUGHT, BASE, '-', 42));
    private static final ThinkingModel THINKER = ThinkingModel.of(MODEL, THOUGHT, ALL, TokenRules.never(List.of()));

    public static void main(String[] args) {
        List<INDArray> rows = new ArrayList<>();
        "2+2=".chars().forEach(letter -> rows.add(TABLE.getRow(letter)));
        INDArray base = lastState(rows); // 1. the text gives h_base, from which the base model predicts
        rows.add(ALL.get(ThoughtParameters.START)); // 2. the thought begins
        for (int t = 0; t < THOUGHT.thoughtTokens(); t++) {
            int token = lastState(rows).mmul(HEAD).argMax(1).getInt(0); // 3. its tokens, here always the likeliest
            System.out.println("thought token " + token);
            rows.add(TABLE.getRow(token));
        }
        rows.add(ALL.get(ThoughtParameters.END));
        INDArray after = lastState(rows); // 4. it ends, and END gives h_thought
        SameDiff sd = SameDiff.create(); // 5. the mixing head says how much the thought weighs
        var head = new MixingHead(sd, new Decoder(sd, MODEL, ALL, 0), THINKER);
        var w = head.weight(head.baseHalf(sd.constant(base)), sd.constant(after), 1); // [1, 1]
        INDArray mixed = base.add(after.sub(base).mul(w.eval())); // 6. and the next token is predicted from both
        Number change = mixed.sub(base).mmul(HEAD).norm2Number();
        System.out.println("w " + w.eval() + " changes the logits by " + change);
        System.out.println(
                "w 1.0 would change them by " + after.sub(base).mmul(HEAD).norm2Number());
    }

    /** Final hidden state [1, D] of the last row; each row sees those before it. */
    private static INDArray lastState(List<INDArray> rows) {
        SameDiff sd = SameDiff.create();
        var attention = TextAttention.causal(sd, MODEL, 1, rows.size(), DataType.FLOAT);
        var seen = new Decoder(sd, MODEL, ALL, rows.size() - 1).layers(sd.constant(Nd4j.vstack(rows)), attention);
        return seen.normed().eval().getRow(rows.size() - 1, true);
    }
}
