package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.bench.TrainingStep.OpTime;
import org.quietstar.bench.TrainingStep.Part;
import org.quietstar.bench.TrainingStep.PartProfile;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtSizes;

class TrainingStepTest {
    private static final BenchSize SIZE = new BenchSize("least", 23, 8, 2, 2, 12, new ThoughtSizes(2, 6, 2, 3, 2));

    @ParameterizedTest
    @EnumSource
    void everyExecutorMakesTheStep(Executor executor) {
        try (TrainingStep step = executor.open(SIZE)) {
            assertThat(step.parts()).isEmpty();
            // Small weights: nearly the loss of an even guess, log V.
            assertThat(step.run()).isCloseTo(Math.log(23), within(0.3));
            assertThat(step.run()).isCloseTo(Math.log(23), within(0.3));
            assertThat(step.parts()).extracting(Part::name).first().isEqualTo("rollout");
            assertThat(step.parts())
                    .allSatisfy(part -> assertThat(part.seconds()).isPositive());
            assertThat(step.profile())
                    .last()
                    .satisfies(part ->
                            assertThat(part.ops()).extracting(OpTime::kind).contains("matmul", "exp"));
            assertThat(step.profile()).extracting(PartProfile::seconds).allMatch(seconds -> seconds > 0);
            assertThat(step.kernels()).isGreaterThan(100);
            assertThat(step.requestedBytes() > 0).isEqualTo(executor == Executor.PLAN);
            assertThat(step.plannedBytes() > 0).isEqualTo(executor == Executor.PLAN);
            assertThat(step.explain()).isNotEmpty();
        }
    }

    @Test
    void weightsAreRandomWhereTheyMatter() {
        try (Parameters weights = RandomInputs.weights(BenchSize.TINY)) {
            assertThat(weights.get("model.norm.weight").minNumber().doubleValue())
                    .isEqualTo(1);
            assertThat(deviation(weights.get("model.layers.3.mlp.up_proj.weight")))
                    .isCloseTo(0.02, within(1e-3));
            assertThat(deviation(weights.get(ThoughtParameters.START))).isCloseTo(0.02, within(6e-3));
            assertThat(deviation(weights.get(ThoughtParameters.W1))).isCloseTo(0.1, within(5e-3));
            assertThat(deviation(weights.get(ThoughtParameters.W3))).isCloseTo(0.1, within(3e-2));
        }
    }

    private static double deviation(INDArray array) {
        return array.stdNumber().doubleValue();
    }
}
