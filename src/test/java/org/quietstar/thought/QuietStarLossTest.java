package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.LossConfig;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.StaticPlan;

/** The learning graph's losses, rewards and advantages against plain loops, for every option. */
class QuietStarLossTest {
    private static final ThoughtSizes SIZES = new ThoughtSizes(2, 6, 2, 2, 2);
    private static final ThoughtSizes ONE_THOUGHT = new ThoughtSizes(2, 5, 1, 1, 1);

    static Stream<TinyModel> models() {
        List<TinyModel> models = new ArrayList<>();
        for (String baseline : List.of("mean", "base", "none")) {
            for (boolean clamp : new boolean[] {true, false}) {
                models.add(model(SIZES, "linear", LossOptions.rewarded(baseline, clamp, false)));
            }
        }
        models.add(model(SIZES, "linear", LossOptions.rewarded("mean", true, true)));
        models.add(model(ONE_THOUGHT, "sigmoid", LossOptions.rewarded("mean", true, false)));
        models.add(model(ONE_THOUGHT, "linear", LossOptions.rewarded("base", false, true)));
        models.add(model(SIZES, "sigmoid", LossOptions.all("thought", 0.2, 0.3)));
        models.add(model(SIZES, "linear", LossOptions.all("mixed", 0.2, 0)));
        models.add(model(SIZES, "linear", LossOptions.all("mixed", 0, 0.3)));
        return models.stream();
    }

    private static TinyModel model(ThoughtSizes sizes, String mixer, LossConfig loss) {
        return TinyModel.of(false, 0, sizes, mixer, loss, DataType.DOUBLE);
    }

    @ParameterizedTest
    @MethodSource("models")
    void theGraphComputesTheSpecifiedLoss(TinyModel tiny) {
        QuietStarGraph graph = tiny.graph();
        int[] text = tiny.text(1);
        int[] thoughts = tiny.thoughts(2);
        List<String> outputs = new ArrayList<>(ReferenceLoss.OUTPUTS);
        outputs.addAll(List.of(
                QuietStarGraph.LOSS,
                QuietStarGraph.BASE_LOSS,
                QuietStarGraph.THOUGHT_LOSS,
                QuietStarGraph.POLICY_LOSS,
                QuietStarGraph.REWARD,
                QuietStarGraph.ADVANTAGE,
                QuietStarGraph.LOG_POLICY));
        for (int[] lengths : List.of(tiny.fullLengths(), new int[] {tiny.sizes().length(), 4})) {
            LearningBatch batch = tiny.batch(text, lengths, thoughts);
            try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), outputs)) {
                plan.run();
                ReferenceLoss.Terms expected = new ReferenceLoss(tiny, text, lengths, thoughts).of(plan);
                assertScalar(plan, QuietStarGraph.BASE_LOSS, expected.base());
                assertScalar(plan, QuietStarGraph.THOUGHT_LOSS, expected.thought());
                assertScalar(plan, QuietStarGraph.POLICY_LOSS, expected.policy());
                assertScalar(plan, QuietStarGraph.LOSS, expected.total());
                assertNumbers(plan, QuietStarGraph.REWARD, expected.reward());
                assertNumbers(plan, QuietStarGraph.ADVANTAGE, expected.advantage());
                assertNumbers(plan, QuietStarGraph.LOG_POLICY, expected.logPolicy());
            }
        }
    }

    private static void assertScalar(StaticPlan plan, String name, double expected) {
        assertThat(plan.output(name).getDouble(0)).as(name).isCloseTo(expected, offset(1e-12 * Math.abs(expected)));
    }

    private static void assertNumbers(StaticPlan plan, String name, double[] expected) {
        assertThat(Differences.relative(Differences.numbers(plan.output(name)), expected))
                .as(name)
                .isLessThan(1e-12);
    }
}
