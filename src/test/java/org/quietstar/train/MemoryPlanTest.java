package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtSampler;
import org.quietstar.thought.TokenRules;

/** What the plan says beforehand against what is allocated then. */
class MemoryPlanTest {
    private static final int VOCABULARY = 259;
    /** How far the estimated buffers may be from the planned ones, in percent. */
    private static final double BUFFERS = 15;

    private static RunConfig tiny(String... sets) {
        return Recipes.load(Path.of("configs/tiny.yaml"), List.of(sets));
    }

    private static Parameters parameters(StageConfig stage, ModelConfig model, boolean thoughts) {
        Parameters base = DecoderParameters.random(model, DataType.FLOAT, 1);
        if (stage.train().lora().isOn()) {
            Parameters adapters = LoraAdapters.create(model, stage.train().lora(), DataType.FLOAT, 1);
            base = base.and(adapters);
        }
        return thoughts ? base.and(ThoughtParameters.create(model, stage.thought(), base, 0, 1)) : base;
    }

    private static long bytes(Map<String, INDArray> arrays) {
        return arrays.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(LoraAdapters.ALPHA))
                .mapToLong(entry -> 4 * entry.getValue().length())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train.freeze=[]",
                "train.lora.rank=8",
                "train.freeze=[model.layers.*]",
                "data.sequenceLength=96",
                "model.tiedEmbeddings=false"
            })
    void theThoughtsStageOfTheTinyRecipe(String set) {
        RunConfig config = tiny(
                set,
                "stages.base.train.steps=0",
                "stages.plain.train.steps=0",
                "loss.policyShare=0",
                "stages.quiet-star.train.gradientNormsEvery=0");
        MemoryPlan.Stage plan = MemoryPlan.of(config, VOCABULARY).stages().get(0);
        StageConfig stage = config.stages().get(2);
        ModelConfig model = config.model().withVocabSize(VOCABULARY);
        Set<String> trained = TrainableParameters.shapes(stage, model).keySet();
        Parameters all = parameters(stage, model, true);
        assertThat(plan.weights()).isEqualTo(bytes(all.asMap()));
        var optimizer = AdamW.of(stage.optimizer(), all.only(trained));
        assertThat(plan.optimizer()).isEqualTo(bytes(optimizer.state()));
        ThoughtLayout sizes = ThoughtLayout.of(
                stage.thought(), stage.data().batchSize(), stage.data().sequenceLength());
        ThinkingModel thinking = ThinkingModel.of(model, stage.thought(), all, TokenRules.never(List.of()));
        try (var batch = new LearningInputs(sizes, 0, 0, DataType.FLOAT);
                var step = new LearningStep(
                        thinking, LossSpec.of(stage.loss()), ThoughtSampler.categorical(1), batch, trained);
                var gradients = new GradientAccumulator()) {
            long buffers = step.parts().stream()
                    .flatMap(part -> part.plans().stream())
                    .mapToLong(StaticPlan::plannedBytes)
                    .max()
                    .orElseThrow();
            assertThat(plan.buffers()).isCloseTo(buffers, withinPercentage(BUFFERS));
            // Shared buffers are padded to 64 bytes each.
            assertThat(step.bytes() - plan.activations() - buffers).isBetween(0L, 64 * 1024L);
            batch.setText(new int[sizes.textRows()], full(sizes), counts(sizes));
            step.run((token, noise) -> noise.assign(0.5), each -> gradients.add(each, true));
            assertThat(plan.gradients()).isEqualTo(bytes(gradients.gradients()));
        }
        all.close();
    }

    private static int[] full(ThoughtLayout sizes) {
        int[] lengths = new int[sizes.batch()];
        java.util.Arrays.fill(lengths, sizes.length());
        return lengths;
    }

    private static LearningInputs.LabelCounts counts(ThoughtLayout sizes) {
        return LearningInputs.LabelCounts.of(sizes, full(sizes), 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train.freeze=[]",
                "train.lora.rank=8",
                "train.freeze=[model.embed_tokens.*]",
                "data.sequenceLength=64",
                "model.tiedEmbeddings=false",
                "data.batchSize=8 model.tiedEmbeddings=false model.vocabSize=12000",
                "data.batchSize=8 model.family=gpt2 model.tiedEmbeddings=false model.vocabSize=12000",
                "model.vocabSize=3000"
            })
    void theLanguageModelStageOfTheTinyRecipe(String sets) {
        List<String> all = new ArrayList<>(List.of(sets.split(" ")));
        all.addAll(List.of("stages.plain.train.steps=0", "stages.quiet-star.train.steps=0"));
        RunConfig config = tiny(all.toArray(String[]::new));
        MemoryPlan.Stage plan = MemoryPlan.of(config, VOCABULARY).stages().get(0);
        StageConfig stage = config.stages().get(0);
        ModelConfig model = config.model().vocabSize() == 0 ? config.model().withVocabSize(VOCABULARY) : config.model();
        Parameters parameters = parameters(stage, model, false);
        assertThat(plan.weights()).isEqualTo(bytes(parameters.asMap()));
        Set<String> trained = TrainableParameters.shapes(stage, model).keySet();
        assertThat(plan.gradients()).isEqualTo(bytes(parameters.only(trained).asMap()));
        assertThat(plan.optimizer()).isEqualTo(2 * plan.gradients());
        int batch = stage.data().batchSize();
        int length = stage.data().sequenceLength();
        var graph = new LanguageModelGraph(model, batch, length, parameters);
        var gradient = GradientFunction.of(graph.graph(), LanguageModelGraph.LOSS, new ArrayList<>(trained));
        Map<String, INDArray> inputs = Map.of(
                LanguageModelGraph.IDS, org.nd4j.linalg.factory.Nd4j.zeros(DataType.INT32, (long) batch * length),
                LanguageModelGraph.LABELS, org.nd4j.linalg.factory.Nd4j.zeros(DataType.INT32, (long) batch * length),
                LanguageModelGraph.WEIGHTS,
                        org.nd4j.linalg.factory.Nd4j.zeros(DataType.FLOAT, (long) batch * length, 1));
        try (var step = StaticPlan.compile(gradient, inputs, gradient.outputs(List.of(LanguageModelGraph.LOSS)))) {
            assertThat(plan.buffers()).isCloseTo(step.plannedBytes(), withinPercentage(BUFFERS));
        }
        parameters.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train.freeze=[]",
                "model.vocabSize=3000",
                "stages.shorter.thought.thoughtsPerPosition=1 model.vocabSize=3000",
                "data.sequenceLength=64"
            })
    void aStageThatDistills(String sets) {
        List<String> all = new ArrayList<>(List.of(sets.split(" ")));
        all.addAll(List.of(
                "stages.plain.train.steps=0",
                "stages.base.train.steps=0",
                "stages.quiet-star.train.steps=0",
                "stages.shorter.train.steps=0",
                "stages.student.data.batchSize=40"));
        RunConfig config = Recipes.load(Path.of("configs/tiny-distill.yaml"), all);
        MemoryPlan.Stage plan = MemoryPlan.of(config, VOCABULARY).stages().get(0);
        StageConfig stage = config.lastStage();
        ModelConfig model = config.model().vocabSize() == 0 ? config.model().withVocabSize(VOCABULARY) : config.model();
        StageConfig thinking = config.stages().stream()
                .filter(StageConfig::thinks)
                .reduce((first, second) -> second)
                .orElseThrow();
        Parameters of = parameters(thinking, model, true);
        Parameters student = parameters(stage, model, false);
        assertThat(plan.weights()).isEqualTo(bytes(of.asMap()) + bytes(student.asMap()));
        ThinkingModel teacher = ThinkingModel.of(model, thinking.thought(), of, TokenRules.never(List.of()));
        try (var objective =
                new DistillObjective(teacher, stage, student, student.asMap().keySet())) {
            assertThat(plan.buffers()).isCloseTo(objective.bufferBytes(), withinPercentage(BUFFERS));
        }
        student.close();
    }

    @Test
    void aPaperSizedRunIsRefusedBeforeAnythingIsAllocated() {
        RunConfig config = Recipes.load(Path.of("configs/openwebmath-mistral-7b.yaml"), List.of());
        MemoryPlan plan = MemoryPlan.of(config, 1);
        MemoryPlan.Stage stage = plan.stages().get(0);
        long parameters = 7_241_732_096L + 2 * 4096 + 3 * 4096L * 4096 + 3 * 4096;
        assertThat(stage.weights()).isEqualTo(4 * parameters);
        assertThat(stage.trained()).isEqualTo(parameters);
        assertThat(stage.optimizer()).isEqualTo(8 * parameters);
        assertThat(plan.savings()).extracting(MemoryPlan.Saving::sets).contains(List.of("train.lora.rank=8"));
        assertThat(plan.savings())
                .allSatisfy(saving -> assertThat(saving.total()).isLessThan(plan.total()));
        var limits = new MemoryLimits(1L << 30, 8L << 30, 0, 64L << 30);
        assertThatThrownBy(() -> plan.requireFits(config, limits))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("weights 27.2 GiB")
                .hasMessageContaining("may take 64.0 GiB")
                .hasMessageContaining("--set train.lora.rank=8")
                .hasMessageContaining("train.memoryCheck: false")
                .hasMessageNotContaining("\n");
        RunConfig unchecked =
                Recipes.load(Path.of("configs/openwebmath-mistral-7b.yaml"), List.of("train.memoryCheck=false"));
        assertThatCode(() -> plan.requireFits(unchecked, limits)).doesNotThrowAnyException();
        assertThatCode(() -> plan.requireFits(config, new MemoryLimits(1, 1, 0, 1L << 50)))
                .doesNotThrowAnyException();
    }

    /** A stage's own train.memoryCheck holds for that stage, whatever the other stages say. */
    @Test
    void eachStageIsCheckedAsItSays() {
        var limits = new MemoryLimits(1L << 30, 8L << 30, 0, 1L << 30);
        RunConfig open = tiny("stages.quiet-star.train.memoryCheck=false", "stages.quiet-star.data.batchSize=4096");
        assertThatCode(() -> MemoryPlan.of(open, VOCABULARY).requireFits(open, limits))
                .doesNotThrowAnyException();
        RunConfig guarded = tiny(
                "train.memoryCheck=false",
                "stages.quiet-star.train.memoryCheck=true",
                "stages.quiet-star.data.batchSize=4096");
        assertThatThrownBy(() -> MemoryPlan.of(guarded, VOCABULARY).requireFits(guarded, limits))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("in stage 'quiet-star'");
    }

    @Test
    void nd4jsOwnLimitCountsWhereItIsLess() {
        assertThat(new MemoryLimits(1, 2, 30, 40).available()).isEqualTo(30);
        assertThat(new MemoryLimits(1, 2, 0, 40).available()).isEqualTo(40);
        assertThat(new MemoryLimits(1, 2, 30, 40, 20).available()).isEqualTo(20);
        assertThat(new MemoryLimits(1, 2, 30, 40, 80).available()).isEqualTo(30);
    }
}
