package org.quietstar.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.plan.StaticPlan;

class LoraAdaptersTest {
    private static final ModelConfig MODEL = SmallDecoder.config()
            .withKvHeads(2)
            .withHeadDim(4)
            .withRopeTheta(50.0)
            .withTiedEmbeddings(false)
            .withInitializerRange(0.4);
    /** Its matrices are stored [in, out], one of them square. */
    private static final ModelConfig GPT2 =
            SmallDecoder.config().withRopeTheta(1).withFamily("gpt2");

    private static final LoraConfig LORA = new LoraConfig(3, 4, List.of("q_proj", "v_proj", "down_proj"));
    private static final String QUERIES = "model.layers.1.self_attn.q_proj.weight";

    private static Parameters fresh(DataType type) {
        return DecoderParameters.random(MODEL, type, 1).and(LoraAdapters.create(MODEL, LORA, type, 2));
    }

    private static Parameters trained(DataType type) {
        return trained(fresh(type));
    }

    private static Parameters trained(Parameters parameters) {
        DataType type = parameters.dataType();
        parameters.asMap().forEach((name, array) -> {
            if (name.endsWith("lora_B.weight")) {
                array.assign(Parameters.normal(type, 3, name, 0.5, array.shape()));
            }
        });
        return parameters;
    }

    private static INDArray logits(Parameters parameters) {
        return logits(MODEL, parameters);
    }

    private static INDArray logits(ModelConfig model, Parameters parameters) {
        DataType type = parameters.dataType();
        var graph = new LanguageModelGraph(model, 2, 5, parameters);
        Map<String, INDArray> inputs = Map.of(
                LanguageModelGraph.IDS, Nd4j.createFromArray(1, 2, 3, 4, 5, 6, 7, 8, 9, 0),
                LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, 10),
                LanguageModelGraph.WEIGHTS, Nd4j.ones(type, 10, 1));
        try (StaticPlan plan = StaticPlan.compile(graph.graph(), inputs, List.of(LanguageModelGraph.LOGITS))) {
            plan.run();
            return plan.output(LanguageModelGraph.LOGITS).dup('c');
        }
    }

    @Test
    void namesAndShapesArePefts() {
        Map<String, long[]> shapes = LoraAdapters.shapes(MODEL, LORA);
        assertThat(shapes).hasSize(2 * 3 * 2);
        assertThat(shapes.get("model.layers.0.self_attn.v_proj.lora_A.weight")).containsExactly(3, 8);
        assertThat(shapes.get("model.layers.0.self_attn.v_proj.lora_B.weight")).containsExactly(8, 3);
        assertThat(shapes.get("model.layers.1.mlp.down_proj.lora_A.weight")).containsExactly(3, 12);
        assertThat(LoraAdapters.shapes(MODEL, LoraConfig.defaults())).isEmpty();
    }

    @Test
    void anUnknownTargetIsNamed() {
        for (String target : List.of("q_prj", "embed_tokens", "lm_head", "input_layernorm", "norm")) {
            var lora = new LoraConfig(3, 4, List.of("q_proj", target));
            assertThatThrownBy(() -> LoraAdapters.shapes(MODEL, lora))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("train.lora.targets: '" + target + "'")
                    .hasMessageContaining("down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj");
        }
    }

    @Test
    void freshOnesChangeNothingBitForBit() {
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
            Parameters parameters = fresh(type);
            assertThat(logits(parameters).data().asDouble())
                    .isEqualTo(logits(LoraAdapters.withoutAdapters(parameters))
                            .data()
                            .asDouble());
            assertThat(LoraAdapters.merged(MODEL, parameters).get(QUERIES)).isEqualTo(parameters.get(QUERIES));
        }
    }

    @Test
    void theReferenceProgramsVarianceAtTheStart() {
        INDArray a = fresh(DataType.DOUBLE).get(LoraAdapters.nameOfA(QUERIES));
        var wide = ModelConfig.defaults()
                .withVocabSize(2)
                .withHiddenSize(400)
                .withIntermediateSize(2)
                .withLayers(1)
                .withHeads(2)
                .withKvHeads(1)
                .withHeadDim(2)
                .withRopeTheta(50.0)
                .withRmsNormEps(1e-3)
                .withMaxPositions(8)
                .withInitializerRange(0.4);
        INDArray many = LoraAdapters.create(wide, new LoraConfig(50, 1, List.of("q_proj")), DataType.DOUBLE, 2)
                .get("model.layers.0.self_attn.q_proj.lora_A.weight");
        assertThat(many.stdNumber().doubleValue()).isBetween(0.97 / Math.sqrt(1200), 1.03 / Math.sqrt(1200));
        assertThat(a).isEqualTo(fresh(DataType.DOUBLE).get(LoraAdapters.nameOfA(QUERIES)));
    }

    @Test
    void mergedComputesTheSame() {
        Parameters parameters = trained(DataType.DOUBLE);
        INDArray before = parameters.get(QUERIES).dup();
        Parameters merged = LoraAdapters.merged(MODEL, parameters);
        assertThat(merged.asMap().keySet())
                .isEqualTo(DecoderParameters.shapes(MODEL).keySet());
        assertThat(Differences.relative(logits(merged), logits(parameters))).isLessThan(1e-13);
        assertThat(Differences.relative(logits(merged), logits(LoraAdapters.withoutAdapters(parameters))))
                .isGreaterThan(1e-2);
        assertThat(parameters.get(QUERIES)).isEqualTo(before);
        assertThat(merged.get(DecoderParameters.HEAD)).isSameAs(parameters.get(DecoderParameters.HEAD));
        double sum = 0;
        for (int r = 0; r < 3; r++) {
            sum += parameters.get(LoraAdapters.nameOfB(QUERIES)).getDouble(5, r)
                    * parameters.get(LoraAdapters.nameOfA(QUERIES)).getDouble(r, 6);
        }
        assertThat(merged.get(QUERIES).getDouble(5, 6) - before.getDouble(5, 6))
                .isCloseTo(4.0 / 3.0 * sum, org.assertj.core.api.Assertions.within(1e-14));
    }

    @Test
    void matricesThatAreStoredTheOtherWayRound() {
        var lora = new LoraConfig(3, 4, List.of("c_attn", "c_proj", "c_fc"));
        Parameters base = DecoderParameters.random(GPT2, DataType.DOUBLE, 1);
        Parameters parameters = trained(base.and(LoraAdapters.create(GPT2, lora, DataType.DOUBLE, 2)));
        INDArray a = parameters.get("transformer.h.1.mlp.c_fc.lora_A.weight");
        assertThat(a.shape()).containsExactly(3, 8);
        Parameters merged = LoraAdapters.merged(GPT2, parameters);
        assertThat(Differences.relative(logits(GPT2, merged), logits(GPT2, parameters)))
                .isLessThan(1e-13);
        assertThat(Differences.relative(logits(GPT2, merged), logits(GPT2, base)))
                .isGreaterThan(1e-2);
        assertThat(LoraAdapters.peftConfig(GPT2, parameters, "some/model")).containsEntry("fan_in_fan_out", true);
    }

    @Test
    void apartAsPeftWantsThem() {
        Parameters parameters = trained(DataType.FLOAT);
        assertThat(LoraAdapters.peftTensors(parameters))
                .hasSize(12)
                .containsEntry(
                        "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
                        parameters.get(LoraAdapters.nameOfA(QUERIES)));
        assertThat(LoraAdapters.peftConfig(MODEL, parameters, "some/model"))
                .containsEntry("peft_type", "LORA")
                .containsEntry("base_model_name_or_path", "some/model")
                .containsEntry("r", 3)
                .containsEntry("lora_alpha", 4.0)
                .containsEntry("target_modules", List.of("down_proj", "q_proj", "v_proj"));
        assertThatThrownBy(() -> LoraAdapters.peftConfig(MODEL, LoraAdapters.merged(MODEL, parameters), "some/model"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
