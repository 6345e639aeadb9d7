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
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.plan.StaticPlan;

/** The learning graph's losses, rewards and advantages against plain loops, for every option. */
class QuietStarLossTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 6, 2, 2, 2);
    private static final ThoughtLayout ONE_THOUGHT = new ThoughtLayout(2, 5, 1, 1, 1);

    static Stream<TinyModel> models() {
        List<TinyModel> models = new ArrayList<>();
        for (RewardBaseline baseline : RewardBaseline.values()) {
            for (boolean clamp : new boolean[] {true, false}) {
                models.add(model(LAYOUT, Mixer.LINEAR, LossOptions.rewarded(baseline, clamp, false)));
            }
        }
        models.add(model(LAYOUT, Mixer.LINEAR, LossOptions.rewarded(RewardBaseline.MEAN, true, true)));
        models.add(model(ONE_THOUGHT, Mixer.SIGMOID, LossOptions.rewarded(RewardBaseline.MEAN, true, false)));
        models.add(model(ONE_THOUGHT, Mixer.LINEAR, LossOptions.rewarded(RewardBaseline.BASE, false, true)));
        models.add(model(LAYOUT, Mixer.SIGMOID, LossOptions.all(RewardSource.THOUGHT, 0.2, 0.3)));
        models.add(model(LAYOUT, Mixer.LINEAR, LossOptions.all(RewardSource.MIXED, 0.2, 0)));
        models.add(model(LAYOUT, Mixer.LINEAR, LossOptions.all(RewardSource.MIXED, 0, 0.3)));
        return models.stream();
    }

    private static TinyModel model(ThoughtLayout layout, Mixer mixer, LossConfig loss) {
        return TinyModel.of(false, 0, layout, mixer, loss, DataType.DOUBLE);
    }

    @ParameterizedTest
    @MethodSource("models")
    void theGraphComputesTheSpecifiedLoss(TinyModel tiny) {
        ReferenceObjective graph = tiny.graph();
        int[] text = tiny.text(1);
        int[] thoughts = tiny.thoughts(2);
        List<String> outputs = new ArrayList<>(ReferenceLoss.OUTPUTS);
        outputs.addAll(List.of(
                ReferenceObjective.LOSS,
                QuietStarLoss.BASE_LOSS,
                QuietStarLoss.THOUGHT_LOSS,
                ReferenceObjective.POLICY_LOSS,
                QuietStarLoss.REWARD,
                QuietStarLoss.ADVANTAGE,
                ReferenceObjective.LOG_POLICY));
        for (int[] lengths :
                List.of(tiny.fullLengths(), new int[] {tiny.layout().length(), 4})) {
            LearningInputs batch = tiny.batch(text, lengths, thoughts);
            try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), outputs)) {
                plan.run();
                ReferenceLoss.Terms expected = new ReferenceLoss(tiny, text, lengths, thoughts).of(plan);
                assertScalar(plan, QuietStarLoss.BASE_LOSS, expected.base());
                assertScalar(plan, QuietStarLoss.THOUGHT_LOSS, expected.thought());
                assertScalar(plan, ReferenceObjective.POLICY_LOSS, expected.policy());
                assertScalar(plan, ReferenceObjective.LOSS, expected.total());
                assertNumbers(plan, QuietStarLoss.REWARD, expected.reward());
                assertNumbers(plan, QuietStarLoss.ADVANTAGE, expected.advantage());
                assertNumbers(plan, ReferenceObjective.LOG_POLICY, expected.logPolicy());
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
