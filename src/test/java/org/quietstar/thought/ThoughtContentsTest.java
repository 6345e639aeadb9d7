package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.model.Parameters;
import org.quietstar.random.SplitMix;

class ThoughtContentsTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 5, 1, 3, 1);
    private static final TinyModel TINY = TinyModel.of(true, 0, LAYOUT);

    @Test
    void everyPositionGetsAnothersThoughtOfItsSequence() {
        int[] sampled = IntStream.range(0, LAYOUT.sampledTokens()).toArray();
        int[] lengths = {5, 3};
        int[] moved = ThoughtContents.shuffled(LAYOUT, sampled, lengths, b -> SplitMix.of(7, b));
        assertThat(moved).isEqualTo(ThoughtContents.shuffled(LAYOUT, sampled, lengths, b -> SplitMix.of(7, b)));
        for (int b = 0; b < 2; b++) {
            int[] sources = new int[lengths[b]];
            for (int p = 0; p < 5; p++) {
                int row = b * 5 + p;
                int source = moved[row] - b * 5;
                for (int t = 0; t < 3; t++) {
                    assertThat(moved[t * LAYOUT.slotRows() + row]).isEqualTo(t * LAYOUT.slotRows() + b * 5 + source);
                }
                if (p < lengths[b]) {
                    assertThat(source).isNotEqualTo(p).isBetween(0, lengths[b] - 1);
                    sources[p] = source;
                } else {
                    assertThat(source).as("padding").isEqualTo(p);
                }
            }
            Arrays.sort(sources);
            assertThat(sources).isEqualTo(IntStream.range(0, lengths[b]).toArray());
        }
    }

    @Test
    void aSingleOrNoPlaceHasNoOther() {
        assertThat(ThoughtContents.otherPlaces(0, SplitMix.of(1))).isEmpty();
        assertThat(ThoughtContents.otherPlaces(1, SplitMix.of(1))).containsExactly(0);
    }

    @Test
    void randomTokensAreAllThatAThoughtMayContain() {
        int[] tokens = ThoughtContents.randomTokens(TINY.thinking(), 1000, SplitMix.of(3));
        assertThat(IntStream.of(tokens).distinct().sorted()).containsExactly(0, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    private static int[] thoughts(Rollout rollout, int[] text) {
        INDArray sampled = Nd4j.zeros(DataType.INT32, LAYOUT.sampledTokens());
        rollout.sample(Nd4j.createFromArray(text), (token, noise) -> noise.assign(0.3 + 0.1 * token), sampled);
        return sampled.toIntVector();
    }

    @Test
    void blindThoughtsDoNotDependOnTheText() {
        ThoughtSampler sampler = ThoughtSampler.categorical(1);
        try (Rollout blind = Rollout.blind(TINY.thinking(), LAYOUT, sampler);
                Rollout seeing = new Rollout(TINY.thinking(), LAYOUT, sampler)) {
            int[] drawn = thoughts(blind, TINY.text(1));
            assertThat(thoughts(blind, TINY.text(2))).isEqualTo(drawn);
            assertThat(thoughts(seeing, TINY.text(2))).isNotEqualTo(thoughts(seeing, TINY.text(1)));
            // Positions are relative, so that with the same noise all blocks draw the same.
            for (int row = 0; row < drawn.length; row++) {
                assertThat(drawn[row]).isEqualTo(drawn[row / LAYOUT.slotRows() * LAYOUT.slotRows()]);
            }
        }
    }

    @Test
    void pausesAreStartAndAModelThatPausesHasNoOtherContent() {
        ThinkingModel pausing = ThoughtContents.model(TINY.thinking(), ThoughtContent.PAUSE);
        assertThat(pausing.pauses()).isTrue();
        assertThat(pausing.parameters().get(ThoughtParameters.PAUSE))
                .isSameAs(TINY.parameters().get(ThoughtParameters.START));
        Parameters own = new Parameters(Map.of(
                ThoughtParameters.PAUSE,
                TINY.parameters().get(ThoughtParameters.END).dup()));
        ThinkingModel trained = ThinkingModel.of(
                TINY.model(),
                TINY.thought(),
                TINY.parameters().and(own),
                TINY.thinking().tokens());
        assertThat(ThoughtContents.model(trained, ThoughtContent.OWN)).isSameAs(trained);
        assertThatThrownBy(() -> ThoughtContents.model(trained, ThoughtContent.RANDOM))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("evaluation.thoughtContent random")
                .hasMessageContaining("thoughtContent: own");
    }
}
