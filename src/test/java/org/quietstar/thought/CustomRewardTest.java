package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Differences;
import org.quietstar.thought.RewardFunction.RewardedThought;

/** Rewards of one's own in the training step. */
class CustomRewardTest {
    private static final double STEP = 1e-6;
    /** Depends on all that a thought is, and on no parameter. */
    private static final RewardFunction ODD =
            thought -> Math.sin(3 * thought.position() + Arrays.hashCode(thought.ids()) % 17);

    static Stream<LossConfig> options() {
        return Stream.of(
                LossOptions.DEFAULT,
                LossOptions.SIGNED,
                LossOptions.rewarded(RewardBaseline.BASE, false, false),
                LossOptions.rewarded(RewardBaseline.NONE, false, true),
                LossOptions.rewarded(RewardBaseline.MEAN, true, true),
                LossOptions.all(RewardSource.THOUGHT, 0.2, 0.3));
    }

    private static TinyModel tiny(LossConfig loss) {
        return TinyModel.of(true, 0, TinyModel.LAYOUT, Mixer.LINEAR, loss, DataType.DOUBLE);
    }

    private static LearningStep step(TinyModel tiny, LearningInputs batch, RewardFunction reward) {
        return new LearningStep(
                tiny.thinking(), tiny.spec().rewardedBy(Optional.of(reward)), new ThoughtSampler.GivenTokens(), batch);
    }

    /** The last sequence is padded. */
    private static LearningInputs batch(TinyModel tiny) {
        int[] lengths = tiny.fullLengths();
        lengths[lengths.length - 1]--;
        return tiny.batch(tiny.text(1), lengths, tiny.thoughts(2));
    }

    private static Map<String, double[]> gradients(LearningStep step) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        step.run(
                (token, noise) -> {},
                gradients -> gradients.forEach((name, array) -> numbers.put(name, Differences.numbers(array))));
        return numbers;
    }

    @ParameterizedTest
    @MethodSource("options")
    void thePapersRewardGivenBackChangesNothing(LossConfig loss) {
        TinyModel tiny = tiny(loss);
        LearningInputs batch = batch(tiny);
        try (var plain = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch);
                var own = step(tiny, batch, RewardedThought::reward)) {
            Map<String, double[]> expected = gradients(plain);
            Map<String, double[]> actual = gradients(own);
            assertThat(own.loss()).isCloseTo(plain.loss(), within(1e-12));
            assertThat(plain.policyLoss()).isNotZero();
            expected.forEach((name, numbers) -> assertThat(Differences.relative(actual.get(name), numbers))
                    .as(name)
                    .isLessThan(1e-12));
            for (String name : List.of(QuietStarLoss.REWARD, QuietStarLoss.ADVANTAGE)) {
                assertThat(Differences.relative(own.output(name), plain.output(name)))
                        .as(name)
                        .isLessThan(1e-12);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void theGradientIsTheSlopeOfTheLossUnderTheOtherReward(LossConfig loss) {
        if (loss.klWeight() > 0) {
            return; // its base distribution is detached, so that the loss has another slope
        }
        TinyModel tiny = tiny(loss);
        LearningInputs batch = batch(tiny);
        try (var plain = new LearningStep(tiny.thinking(), tiny.spec(), new ThoughtSampler.GivenTokens(), batch);
                var own = step(tiny, batch, ODD)) {
            Map<String, double[]> others = gradients(plain);
            Map<String, double[]> gradients = gradients(own);
            for (String name : List.of(ThoughtParameters.START, "model.layers.0.self_attn.q_proj.weight")) {
                assertThat(Differences.relative(gradients.get(name), others.get(name)))
                        .as("the reward matters to " + name)
                        .isGreaterThan(1e-3);
                INDArray parameter = tiny.parameters().get(name);
                INDArray direction = Parameters.normal(DataType.DOUBLE, 9, name, 1, parameter.shape());
                INDArray before = parameter.dup();
                parameter.addi(direction.mul(STEP));
                gradients(own);
                double up = own.loss();
                parameter.assign(before).subi(direction.mul(STEP));
                gradients(own);
                double slope = (up - own.loss()) / (2 * STEP);
                parameter.assign(before);
                double[] along = Differences.numbers(direction);
                double expected = 0;
                for (int i = 0; i < along.length; i++) {
                    expected += along[i] * gradients.get(name)[i];
                }
                assertThat(slope).as(name).isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
            }
        }
    }

    @Test
    void itIsAskedOnceForEachThoughtThatHasAllItsTargets() {
        TinyModel tiny = tiny(LossOptions.DEFAULT);
        LearningInputs batch = batch(tiny);
        int[] text = tiny.text(1);
        int[] sampled = tiny.thoughts(2);
        ThoughtLayout layout = tiny.layout();
        List<RewardedThought> asked = new ArrayList<>();
        try (var step = step(tiny, batch, thought -> {
            asked.add(thought);
            return 1;
        })) {
            gradients(step);
        }
        // L − M positions of the first sequence, one less of the padded one, P thoughts each.
        assertThat(asked).hasSize(layout.thoughts() * (5 - 2 + 4 - 2));
        RewardedThought last = asked.get(asked.size() - 1);
        assertThat(last.position()).isEqualTo(1);
        assertThat(last.text())
                .containsExactlyElementsOf(Arrays.stream(text, 5, 9).boxed().toList());
        assertThat(last.before()).containsExactly(text[5], text[6]);
        assertThat(last.next()).containsExactly(text[7], text[8]);
        int row = (layout.thoughts() + 1) * layout.length() + 1; // second sequence, second thought, position 1
        assertThat(last.ids()).containsExactly(sampled[row], sampled[layout.slotRows() + row]);
        assertThat(last.contains(sampled[row])).isTrue();
        assertThat(Set.copyOf(asked)).hasSameSizeAs(asked);
    }

    @Test
    void equalRewardsTeachNothing() {
        TinyModel tiny = tiny(LossOptions.DEFAULT);
        LearningInputs batch = batch(tiny);
        try (var step = step(tiny, batch, thought -> 5)) {
            gradients(step);
            assertThat(Differences.numbers(step.output(QuietStarLoss.ADVANTAGE)))
                    .containsOnly(0);
            assertThat(step.policyLoss()).isZero();
        }
    }

    @Test
    void aRewardThatIsNoNumberIsNamed() {
        TinyModel tiny = tiny(LossOptions.DEFAULT);
        LearningInputs batch = batch(tiny);
        try (var step = step(tiny, batch, thought -> Double.NaN)) {
            assertThatThrownBy(() -> gradients(step))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("gives NaN", "at position 0");
        }
    }
}
