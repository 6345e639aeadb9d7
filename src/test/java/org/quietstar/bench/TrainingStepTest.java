package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.bench.TrainingStep.OpTime;
import org.quietstar.bench.TrainingStep.Part;
import org.quietstar.bench.TrainingStep.PartProfile;
import org.quietstar.golden.GoldenOptions;
import org.quietstar.golden.IndependentQuietStar;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;

class TrainingStepTest {
    private static final BenchSize SIZE = new BenchSize("least", 23, 8, 2, 2, 12, new ThoughtLayout(2, 6, 2, 3, 2));

    /** What an independent computation makes of the same weights and text, with twenty draws of thoughts. */
    private static final DoubleSummaryStatistics LOSSES = losses();

    private static DoubleSummaryStatistics losses() {
        ThoughtLayout sizes = SIZE.sizes();
        GoldenOptions options = GoldenOptions.DEFAULTS.sized(
                sizes.batch(), sizes.length(), sizes.thoughts(), sizes.thoughtTokens(), sizes.lookahead(), 0);
        options = options.decoder(SIZE.vocab(), SIZE.width(), SIZE.layers(), SIZE.heads(), SIZE.feedForward());
        Map<String, double[]> values = new LinkedHashMap<>();
        try (Parameters weights = RandomInputs.weights(SIZE);
                LearningInputs batch = RandomInputs.batch(SIZE)) {
            for (String name : options.shapes().keySet()) {
                INDArray array = weights.get(name);
                values.put(name, array.reshape(array.length()).toDoubleVector());
            }
            int[] text = batch.text().reshape(batch.text().length()).toIntVector();
            var losses = new DoubleSummaryStatistics();
            for (int draw = 0; draw < 20; draw++) {
                double[] noise = new Random(draw)
                        .doubles((long) sizes.thoughtTokens() * sizes.slotRows() * SIZE.vocab())
                        .map(u -> -Math.log(-Math.log(u)))
                        .toArray();
                losses.accept(new IndependentQuietStar(options, values, text, noise)
                        .losses()
                        .get("loss"));
            }
            return losses;
        }
    }

    /** Room for draws that were not among the twenty. */
    private static double spread() {
        return LOSSES.getMax() - LOSSES.getMin();
    }

    @Test
    void theIndependentLossSaysMoreThanAnEvenGuess() {
        assertThat(Math.abs(Math.log(SIZE.vocab()) - LOSSES.getAverage())).isGreaterThan(2 * spread());
        assertThat(spread()).isLessThan(0.02);
    }

    @ParameterizedTest
    @EnumSource
    void everyExecutorMakesTheStep(Executor executor) {
        try (TrainingStep step = executor.open(SIZE)) {
            assertThat(step.parts()).isEmpty();
            assertThat(step.run()).isBetween(LOSSES.getMin() - spread(), LOSSES.getMax() + spread());
            assertThat(step.run()).isBetween(LOSSES.getMin() - spread(), LOSSES.getMax() + spread());
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
