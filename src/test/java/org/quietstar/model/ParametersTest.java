package org.quietstar.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;

class ParametersTest {
    private static final ModelConfig MODEL = SmallDecoder.config()
            .withLayers(1)
            .withKvHeads(2)
            .withHeadDim(3)
            .withRopeTheta(50.0)
            .withTiedEmbeddings(false)
            .withInitializerRange(0.4);

    @Test
    void namesAndShapesAreHuggingFaces() {
        Map<String, long[]> shapes = DecoderParameters.shapes(MODEL);
        assertThat(shapes.keySet())
                .containsExactly(
                        "model.embed_tokens.weight",
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.0.self_attn.q_proj.weight",
                        "model.layers.0.self_attn.k_proj.weight",
                        "model.layers.0.self_attn.v_proj.weight",
                        "model.layers.0.self_attn.o_proj.weight",
                        "model.layers.0.post_attention_layernorm.weight",
                        "model.layers.0.mlp.gate_proj.weight",
                        "model.layers.0.mlp.up_proj.weight",
                        "model.layers.0.mlp.down_proj.weight",
                        "model.norm.weight",
                        "lm_head.weight");
        assertThat(shapes.get("model.layers.0.self_attn.q_proj.weight")).containsExactly(12, 8);
        assertThat(shapes.get("model.layers.0.self_attn.k_proj.weight")).containsExactly(6, 8);
        assertThat(shapes.get("model.layers.0.self_attn.o_proj.weight")).containsExactly(8, 12);
        assertThat(shapes.get("model.layers.0.mlp.down_proj.weight")).containsExactly(8, 12);
        Parameters random = DecoderParameters.random(MODEL, DataType.FLOAT, 1);
        assertThat(random.asMap().keySet()).containsExactlyElementsOf(shapes.keySet());
        shapes.forEach((name, shape) -> assertThat(random.get(name).shape()).containsExactly(shape));
        assertThat(random.count()).isEqualTo(2 * 80 + 3 * 8 + 2 * 96 + 2 * 48 + 3 * 96);
        assertThat(random.dataType()).isEqualTo(DataType.FLOAT);
    }

    @Test
    void randomNumbersDependOnSeedAndNameAlone() {
        INDArray one = Parameters.normal(DataType.DOUBLE, 1, "a", 2.5, 100, 50);
        assertThat(Parameters.normal(DataType.DOUBLE, 1, "a", 2.5, 100, 50)).isEqualTo(one);
        assertThat(Parameters.normal(DataType.DOUBLE, 1, "b", 2.5, 100, 50)).isNotEqualTo(one);
        assertThat(Parameters.normal(DataType.DOUBLE, 2, "a", 2.5, 100, 50)).isNotEqualTo(one);
        assertThat(one.stdNumber().doubleValue()).isCloseTo(2.5, offset(0.1));
        assertThat(one.meanNumber().doubleValue()).isCloseTo(0, offset(0.1));
    }

    @Test
    void graphsHoldTheParametersThemselves() {
        INDArray own = Nd4j.create(new double[] {1, 2});
        INDArray view = Nd4j.create(new double[][] {{1, 2}, {3, 4}}).getRow(1);
        var parameters = new Parameters(Map.of("own", own, "view", view));
        assertThat(parameters.get("own")).isSameAs(own);
        assertThat(parameters.get("view")).isEqualTo(view);
        for (String name : parameters.asMap().keySet()) {
            assertThat(SameDiff.create().var(name, parameters.get(name)).getArr())
                    .isSameAs(parameters.get(name));
        }
    }

    @Test
    void joinedParametersShareTheirArrays() {
        var one = new Parameters(Map.of("a", Nd4j.scalar(1.0)));
        var two = new Parameters(Map.of("b", Nd4j.scalar(2.0)));
        Parameters both = one.and(two);
        assertThat(both.get("a")).isSameAs(one.get("a"));
        assertThat(both.get("b")).isSameAs(two.get("b"));
        assertThat(both.contains("b")).isTrue();
        assertThat(one.contains("b")).isFalse();
        assertThatThrownBy(() -> one.get("b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'b'")
                .hasMessageContaining("[a]");
        both.close();
        assertThat(one.get("a").wasClosed()).isTrue();
    }
}
