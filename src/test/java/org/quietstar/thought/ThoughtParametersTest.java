package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Differences;

/** docs/algorithm.md, sections 4 and 5: what a new model's thought parameters are. */
class ThoughtParametersTest {
    private static final ModelConfig MODEL =
            TinyModel.of(false, 0, TinyModel.LAYOUT).model();

    private static ThoughtConfig mixer(Mixer mixer) {
        return ThoughtConfig.defaults().withThoughtTokens(2).withLookahead(2).withMixer(mixer);
    }

    @Test
    void startAndEndAreCopiesOfTheGivenRow() {
        Parameters base = DecoderParameters.random(MODEL, DataType.FLOAT, 1);
        Parameters thought = ThoughtParameters.create(MODEL, mixer(Mixer.LINEAR), base, 3, 1);
        double[] row = Differences.numbers(base.get(DecoderParameters.EMBEDDING).getRow(3));
        assertThat(Differences.numbers(thought.get(ThoughtParameters.START))).containsExactly(row);
        assertThat(Differences.numbers(thought.get(ThoughtParameters.END))).containsExactly(row);
        assertThat(thought.get(ThoughtParameters.START).shape()).containsExactly(8);
        thought.get(ThoughtParameters.START).addi(1);
        assertThat(Differences.numbers(base.get(DecoderParameters.EMBEDDING).getRow(3)))
                .containsExactly(row);
        assertThat(Differences.numbers(thought.get(ThoughtParameters.END))).containsExactly(row);
    }

    /** The graphs multiply by the scale: what goes into the model is the row, whatever the scale is. */
    @Test
    void aScaleDoesNotChangeWhatStartAndEndBeginAs() {
        Parameters base = DecoderParameters.random(MODEL, DataType.DOUBLE, 1);
        ThoughtConfig scaled = mixer(Mixer.LINEAR).withEmbeddingScale(100);
        Parameters thought = ThoughtParameters.create(MODEL, scaled, base, 3, 1);
        double[] row = Differences.numbers(base.get(DecoderParameters.EMBEDDING).getRow(3));
        for (String name : List.of(ThoughtParameters.START, ThoughtParameters.END)) {
            assertThat(Differences.numbers(thought.get(name).mul(100))).containsExactly(row, offset(1e-15));
        }
    }

    @Test
    void startAndEndAreTheMeanEmbeddingWithoutARow() {
        Parameters base = DecoderParameters.random(MODEL, DataType.DOUBLE, 1);
        Parameters thought = ThoughtParameters.create(MODEL, mixer(Mixer.LINEAR), base, -1, 1);
        double[][] table = base.get(DecoderParameters.EMBEDDING).toDoubleMatrix();
        double[] mean = new double[8];
        for (double[] row : table) {
            Arrays.setAll(mean, i -> mean[i] + row[i] / table.length);
        }
        assertThat(Differences.numbers(thought.get(ThoughtParameters.START))).containsExactly(mean, offset(1e-15));
        assertThat(Differences.numbers(thought.get(ThoughtParameters.END))).containsExactly(mean, offset(1e-15));
    }

    @ParameterizedTest
    @EnumSource(value = Mixer.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void theMixerBeginsAtZero(Mixer mixer) {
        var wide = ModelConfig.defaults()
                .withVocabSize(11)
                .withHiddenSize(64)
                .withIntermediateSize(12)
                .withLayers(1)
                .withKvHeads(2)
                .withHeadDim(4)
                .withRopeTheta(100)
                .withTiedEmbeddings(false)
                .withMaxPositions(9);
        Parameters base = DecoderParameters.random(wide, DataType.FLOAT, 1);
        Parameters thought = ThoughtParameters.create(wide, mixer(mixer), base, 0, 1);
        assertThat(thought.get(ThoughtParameters.W3).shape()).containsExactly(1, 64);
        assertThat(thought.get(ThoughtParameters.W3).maxNumber().doubleValue()).isZero();
        assertThat(thought.get(ThoughtParameters.W3).minNumber().doubleValue()).isZero();
        assertThat(thought.get(ThoughtParameters.B1).norm2Number().doubleValue())
                .isZero();
        assertThat(thought.get(ThoughtParameters.B2).norm2Number().doubleValue())
                .isZero();
        assertThat(thought.get(ThoughtParameters.W1).shape()).containsExactly(64, 128);
        assertThat(thought.get(ThoughtParameters.W2).shape()).containsExactly(64, 64);
        for (String weight : List.of(ThoughtParameters.W1, ThoughtParameters.W2)) {
            INDArray array = thought.get(weight);
            assertThat(array.stdNumber().doubleValue()).isCloseTo(0.02, offset(1e-3));
            assertThat(array.meanNumber().doubleValue()).isCloseTo(0, offset(1e-3));
        }
        assertThat(thought.contains(ThoughtParameters.B3)).isEqualTo(mixer == Mixer.SIGMOID);
        if (mixer == Mixer.SIGMOID) {
            assertThat(Differences.numbers(thought.get(ThoughtParameters.B3))).containsExactly(-5);
        }
        assertThat(thought.asMap().values()).allSatisfy(array -> {
            assertThat(array.dataType()).isEqualTo(DataType.FLOAT);
            assertThat(array.isView()).isFalse();
        });
    }

    @Test
    void theSameSeedGivesTheSameMixerAndAnotherAnother() {
        Parameters base = DecoderParameters.random(MODEL, DataType.FLOAT, 1);
        INDArray w1 =
                ThoughtParameters.create(MODEL, mixer(Mixer.LINEAR), base, 0, 5).get(ThoughtParameters.W1);
        assertThat(ThoughtParameters.create(MODEL, mixer(Mixer.LINEAR), base, 0, 5)
                        .get(ThoughtParameters.W1))
                .isEqualTo(w1);
        assertThat(ThoughtParameters.create(MODEL, mixer(Mixer.LINEAR), base, 0, 6)
                        .get(ThoughtParameters.W1))
                .isNotEqualTo(w1);
    }

    @Test
    void onlyStartAndEndLearnAtARateOfTheirOwn() {
        assertThat(ThoughtParameters.isThoughtEmbedding(ThoughtParameters.START))
                .isTrue();
        assertThat(ThoughtParameters.isThoughtEmbedding(ThoughtParameters.END)).isTrue();
        assertThat(ThoughtParameters.isThoughtEmbedding(ThoughtParameters.W1)).isFalse();
        assertThat(ThoughtParameters.isThoughtEmbedding(DecoderParameters.EMBEDDING))
                .isFalse();
    }
}
