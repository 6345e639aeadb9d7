package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.samediff.Differences;
import org.quietstar.thought.LearningInputs.LabelCounts;

class LearningInputsTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 6, 2, 2, 3);
    private static final LossConfig LOSS = LossOptions.all(RewardSource.MIXED, 0.2, 0.3);

    private static double[] numbers(LearningInputs batch, String name) {
        return Differences.numbers(batch.inputs().get(name));
    }

    @Test
    void weightsAreMeansOverRealLabels() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, LossOptions.DEFAULT, DataType.DOUBLE);
        LearningInputs batch = tiny.batch(tiny.text(1), new int[] {6, 4}, tiny.thoughts(2));
        double base = 1.0 / 8;
        assertThat(numbers(batch, LearningInputs.BASE_WEIGHTS))
                .containsExactly(base, base, base, base, base, 0, base, base, base, 0, 0, 0);
        double[] thought = numbers(batch, LearningInputs.THOUGHT_WEIGHTS);
        int[] labels = {5 + 3, 4 + 2, 3 + 1};
        for (int k = 0; k < 3; k++) {
            for (int b = 0; b < 2; b++) {
                for (int p = 0; p < 6; p++) {
                    boolean real = p + 1 + k < (b == 0 ? 6 : 4);
                    assertThat(thought[(k * 2 + b) * 6 + p]).isEqualTo(real ? 1.0 / (labels[k] * 3 * 2) : 0);
                }
            }
        }
        assertThat(numbers(batch, LearningInputs.VALID)).containsExactly(1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0);
        assertThat(Arrays.stream(numbers(batch, LearningInputs.POLICY_WEIGHTS)).sum() * 2 * 2)
                .isEqualTo(1);
    }

    @Test
    void trimmedPositionsDoNotCountInThePolicyTerm() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, LOSS, DataType.DOUBLE);
        LearningInputs batch = tiny.batch(tiny.text(1), new int[] {6, 4}, tiny.thoughts(2));
        assertThat(numbers(batch, LearningInputs.VALID)).containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void aBatchWithoutRoomForRewardsHasFiniteLosses() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, LOSS, DataType.DOUBLE);
        LearningInputs batch = tiny.batch(tiny.text(1), new int[] {4, 4}, tiny.thoughts(2));
        Map<String, INDArray> gradients = QuietStarGradients.of(tiny.graph(), ReferenceObjective.LOSS, batch);
        gradients.forEach((name, gradient) ->
                assertThat(Differences.numbers(gradient)).as(name).doesNotContain(Double.NaN));
        assertThat(gradients).hasSameSizeAs(tiny.parameters().asMap());
    }

    /** Every number that training reads: the loss and all gradients. */
    private static Map<String, double[]> everything(TinyModel tiny, LearningInputs batch) {
        Map<String, double[]> all = new LinkedHashMap<>();
        QuietStarGradients.withLoss(tiny.graph(), ReferenceObjective.LOSS, batch)
                .forEach((name, array) -> all.put(name, Differences.numbers(array)));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE"})
    void whatStandsInThePaddingChangesNoBit(String type) {
        TinyModel tiny = TinyModel.of(true, 0, LAYOUT, Mixer.LINEAR, LOSS, DataType.valueOf(type));
        int[] lengths = {6, 5};
        int[] text = tiny.text(1);
        int[] other = text.clone();
        for (int r = 0; r < other.length; r++) {
            other[r] = r % 6 < lengths[r / 6] ? text[r] : 2 + (text[r] - 1) % 9;
        }
        assertThat(other).isNotEqualTo(text);
        Map<String, double[]> before = everything(tiny, tiny.batch(text, lengths, tiny.thoughts(2)));
        Map<String, double[]> after = everything(tiny, tiny.batch(other, lengths, tiny.thoughts(2)));
        assertThat(after.keySet()).isEqualTo(before.keySet()).contains(ThoughtParameters.END);
        before.forEach((name, numbers) -> assertThat(after.get(name)).as(name).containsExactly(numbers));
    }

    /** With M = 3: after the end at position 2 no target may follow that belongs to the same reward. */
    @Test
    void aThoughtEarnsNothingForTheNextDocument() {
        int end = 9;
        int[] ids = {1, 2, end, 3, 4, 5, 1, 2, 3, 4, 5, end};
        int[] lengths = {6, 6};
        try (var batch = new LearningInputs(new ThoughtLayout(2, 6, 2, 2, 3), 0, 0, DataType.DOUBLE)) {
            batch.setText(ids, lengths, batch.counts(lengths));
            assertThat(Differences.numbers(batch.inputs().get(LearningInputs.VALID)))
                    .containsExactly(1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0);
            batch.endDocumentsAt(end);
            LabelCounts counts = batch.counts(ids, lengths);
            assertThat(counts.policyPositions()).isEqualTo(3);
            assertThat(counts.ofLookahead(0)).as("likelihoods count all labels").isEqualTo(10);
            batch.setText(ids, lengths, counts);
            assertThat(Differences.numbers(batch.inputs().get(LearningInputs.VALID)))
                    .containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0);
            assertThat(batch.inputs()
                                    .get(LearningInputs.POLICY_WEIGHTS)
                                    .sumNumber()
                                    .doubleValue()
                            * 2
                            * 2)
                    .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-12));
        }
    }

    @Test
    void microBatchesAddUpToTheirBatch() {
        var joint = new ThoughtLayout(4, 6, 2, 2, 3);
        // Standardised advantages are those of a micro-batch, so that option is off.
        var loss = LossConfig.defaults()
                .withBaseLossWeight(0.3)
                .withPolicyWeight(1.3)
                .withReinforceTemperature(2.0)
                .withEntropyBonus(0.2)
                .withKlWeight(0.3);
        TinyModel four = TinyModel.of(false, 0, joint, Mixer.LINEAR, loss, DataType.DOUBLE);
        TinyModel two = TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, loss, DataType.DOUBLE);
        int[] lengths = {6, 4, 2, 5};
        int[] text = four.text(1);
        int[] thoughts = four.thoughts(2);
        Map<String, double[]> expected = everything(four, four.batch(text, lengths, thoughts));

        int[] first = {6, 4};
        int[] second = {2, 5};
        LabelCounts totals = two.counts(first).plus(two.counts(second));
        Map<String, double[]> sum =
                everything(two, two.batch(Arrays.copyOf(text, 12), first, half(thoughts, 0), totals));
        everything(two, two.batch(Arrays.copyOfRange(text, 12, 24), second, half(thoughts, 1), totals))
                .forEach((name, numbers) -> Arrays.setAll(sum.get(name), i -> sum.get(name)[i] + numbers[i]));
        assertThat(sum.keySet()).isEqualTo(expected.keySet()).contains(ReferenceObjective.LOSS);
        expected.forEach((name, numbers) -> assertThat(Differences.relative(sum.get(name), numbers))
                .as(name)
                .isLessThan(1e-12));
    }

    /** The thoughts [T, 4, P, L] of two of the four sequences. */
    private static int[] half(int[] thoughts, int which) {
        int slab = thoughts.length / LAYOUT.thoughtTokens();
        int[] half = new int[thoughts.length / 2];
        for (int t = 0; t < LAYOUT.thoughtTokens(); t++) {
            System.arraycopy(thoughts, t * slab + which * slab / 2, half, t * slab / 2, slab / 2);
        }
        return half;
    }

    @Test
    void countsAreThoseOfRealLabels() {
        LabelCounts counts = LabelCounts.of(new ThoughtLayout(5, 6, 1, 1, 3), new int[] {6, 4, 0, 1, 2}, 1);
        assertThat(counts.ofLookahead(0)).isEqualTo(5 + 3 + 1);
        assertThat(counts.ofLookahead(1)).isEqualTo(4 + 2);
        assertThat(counts.ofLookahead(2)).isEqualTo(3 + 1);
        assertThat(counts.policyPositions()).isEqualTo(2);
        LabelCounts twice = counts.plus(counts);
        assertThat(twice.ofLookahead(1)).isEqualTo(12);
        assertThat(twice.policyPositions()).isEqualTo(4);
    }
}
