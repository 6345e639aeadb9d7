package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.StaticPlan;

/** docs/algorithm.md, section 10.3: a token that is to be predicted must not reach the logits that predict it. */
class CopyingTrapTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 6, 2, 2, 3);

    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void mixedLogitsReadTheTokensBeforeTheOneTheyPredictAndNoOther(int window) {
        TinyModel tiny = TinyModel.of(false, window, LAYOUT);
        ReferenceObjective graph = tiny.graph();
        int[] text = tiny.text(1);
        int[] thoughts = tiny.thoughts(2);
        LearningInputs batch = tiny.batch(text, tiny.fullLengths(), thoughts);
        try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), List.of(QuietStarLoss.MIXED_LOGITS))) {
            plan.run();
            double[][] before = plan.output(QuietStarLoss.MIXED_LOGITS).toDoubleMatrix();
            for (int changed = 1; changed < LAYOUT.length(); changed++) {
                int[] other = text.clone();
                for (int b = 0; b < LAYOUT.batch(); b++) {
                    other[b * LAYOUT.length() + changed] = 2 + (text[b * LAYOUT.length() + changed] - 1) % 9;
                }
                batch.setText(other, tiny.fullLengths(), tiny.counts(tiny.fullLengths()));
                plan.run();
                double[][] after = plan.output(QuietStarLoss.MIXED_LOGITS).toDoubleMatrix();
                for (int row = 0; row < before.length; row++) {
                    int k = row / LAYOUT.slotRows();
                    int p = row % LAYOUT.length();
                    // The row predicts x[p+1+k]; p + k is the last token that it may know.
                    if (changed > p + k || window == 0) {
                        assertThat(Arrays.equals(before[row], after[row]))
                                .as("x[%d] changed, logits of lookahead %d at %d are the same", changed, k, p)
                                .isEqualTo(changed > p + k);
                    }
                }
            }
        }
    }

    @Test
    void thoughtsAreSampledFromTheTextUpToTheirPosition() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT);
        int[] text = tiny.text(1);
        int changed = 3;
        int[] other = text.clone();
        for (int b = 0; b < LAYOUT.batch(); b++) {
            other[b * LAYOUT.length() + changed] = 2 + (text[b * LAYOUT.length() + changed] - 1) % 9;
        }
        int[] before = sample(tiny, text);
        int[] after = sample(tiny, other);
        int later = 0;
        for (int i = 0; i < before.length; i++) {
            if (i % LAYOUT.length() < changed) {
                assertThat(after[i]).isEqualTo(before[i]);
            } else if (after[i] != before[i]) {
                later++;
            }
        }
        assertThat(later).as("thoughts after the changed token").isPositive();
    }

    private static int[] sample(TinyModel tiny, int[] text) {
        INDArray sampled = Nd4j.zeros(DataType.INT32, (long) LAYOUT.thoughtTokens() * LAYOUT.slotRows());
        try (var rollout = new Rollout(tiny.thinking(), LAYOUT, new ThoughtSampler.Greedy())) {
            rollout.sample(Nd4j.createFromArray(text), (token, noise) -> {}, sampled);
        }
        return sampled.toIntVector();
    }
}
