package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;

/** A pause whose vector is a token's embedding is a thought of that token alone: same states, losses and gradients. */
class PauseTest {
    private static final int TOKEN = 5;
    private static final LossConfig LOSS =
            LossConfig.defaults().withBaseLossWeight(0.4).withPolicyWeight(0);
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 5, 1, 3, 2);

    /** The model with a pause that reads as {@link #TOKEN}. */
    private static TinyModel pausing(TinyModel tiny) {
        INDArray row = tiny.parameters()
                .get(DecoderParameters.embedding(tiny.model()))
                .getRow(TOKEN)
                .div(tiny.thought().embeddingScale());
        Parameters all = tiny.parameters()
                .and(new Parameters(Map.of(
                        ThoughtParameters.PAUSE, row.reshape(row.length()).dup('c'))));
        return new TinyModel(tiny.model(), tiny.thought(), tiny.loss(), tiny.layout(), tiny.bannedIds(), all);
    }

    private static Map<String, INDArray> gradients(TinyModel tiny, int[] thoughts, double[] loss) {
        int[] lengths = {LAYOUT.length(), LAYOUT.length() - 1};
        Map<String, INDArray> copies = new LinkedHashMap<>();
        try (LearningInputs batch = tiny.batch(tiny.text(1), lengths, thoughts);
                var step = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch)) {
            for (int i = 0; i < 2; i++) {
                step.run((token, noise) -> {}, all -> all.forEach((name, array) -> copies.put(name, array.dup())));
            }
            loss[0] = step.loss();
        }
        return copies;
    }

    @ParameterizedTest
    @EnumSource(Mixer.class)
    void aPauseThatReadsAsATokenIsAThoughtOfThatToken(Mixer mixer) {
        TinyModel tiny = TinyModel.of(false, 3, LAYOUT, mixer, LOSS, DataType.DOUBLE);
        int[] thoughts = new int[LAYOUT.sampledTokens()];
        Arrays.fill(thoughts, TOKEN);
        double[] expectedLoss = new double[1];
        double[] loss = new double[1];
        Map<String, INDArray> expected = gradients(tiny, thoughts, expectedLoss);
        // What ids stand in the slots of pauses must not matter.
        Map<String, INDArray> found = new HashMap<>(gradients(pausing(tiny), tiny.thoughts(9), loss));
        assertThat(loss[0]).isCloseTo(expectedLoss[0], within(1e-12));

        INDArray ofPause = found.remove(ThoughtParameters.PAUSE);
        assertThat(ofPause.norm2Number().doubleValue()).isPositive();
        found.get(DecoderParameters.embedding(tiny.model()))
                .getRow(TOKEN)
                .addi(ofPause.div(tiny.thought().embeddingScale()));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, gradient) -> assertThat(
                        found.get(name).sub(gradient).norm2Number().doubleValue())
                .as(name)
                .isLessThan(1e-11 * (1 + gradient.norm2Number().doubleValue())));
    }

    @Test
    void nothingIsSampled() {
        TinyModel tiny = pausing(TinyModel.of(true, 0, LAYOUT, Mixer.LINEAR, LOSS, DataType.DOUBLE));
        try (LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
                var step = new LearningStep(tiny.thinking(), tiny.spec(), ThoughtSampler.categorical(1), batch)) {
            step.run(
                    (token, noise) -> {
                        throw new AssertionError("noise for a token " + token);
                    },
                    gradients -> {});
            assertThat(step.entropies()).containsOnly(0);
            assertThat(step.policyLoss()).isZero();
            assertThat(step.parts().stream().filter(part -> part.name().equals("policy")))
                    .allSatisfy(part -> assertThat(part.plans()).isEmpty());
        }
    }

    @Test
    void aFreshPauseBeginsAsStartDoes() {
        TinyModel tiny = TinyModel.of(true, 0, LAYOUT);
        Parameters fresh = ThoughtParameters.withPause(tiny.parameters()
                .only(ThoughtParameters.shapes(tiny.model(), tiny.thought()).keySet()));
        assertThat(fresh.get(ThoughtParameters.PAUSE)).isEqualTo(fresh.get(ThoughtParameters.START));
        ThoughtParameters.shapes(tiny.model(), tiny.thought(), true)
                .forEach((name, shape) ->
                        assertThat(fresh.get(name).shape()).as(name).isEqualTo(shape));
        assertThat(ThoughtParameters.isThoughtEmbedding(ThoughtParameters.PAUSE))
                .isTrue();
    }
}
