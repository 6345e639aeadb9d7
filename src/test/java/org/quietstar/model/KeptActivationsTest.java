package org.quietstar.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.samediff.LeanGraph;

/** What is told of one layer, against what a whole decoder keeps. */
class KeptActivationsTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 3;

    private static AttentionPattern causal(SameDiff sd, ModelConfig model) {
        return TextAttention.causal(sd, model, BATCH, LENGTH, DataType.DOUBLE);
    }

    @ParameterizedTest
    @MethodSource("org.quietstar.model.DecoderTest#models")
    void widthsAreThoseOfTheWholeDecoder(ModelConfig model) {
        SameDiff sd = LeanGraph.create();
        var decoder = new Decoder(sd, model, DecoderParameters.random(model, DataType.DOUBLE, 3), LENGTH - 1);
        decoder.layers(sd.placeHolder("x", DataType.DOUBLE, BATCH * LENGTH, model.hiddenSize()), causal(sd, model));
        assertThat(KeptActivations.widths(model, DataType.DOUBLE, LENGTH - 1, graph -> causal(graph, model)))
                .isEqualTo(decoder.kept())
                .containsKeys(DecoderNames.state(2), DecoderNames.layer(1, DecoderNames.MID), DecoderNames.FINAL);
    }
}
