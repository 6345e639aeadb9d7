package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * docs/algorithm.md, section 10.5: the gradient of the whole loss for every parameter against central differences, along a random
 * direction that moves every entry and along one entry alone. The differences are those of {@link ReferenceLoss} with
 * the advantages, and the base model that the divergence is measured from, held fast.
 */
class LossGradientTest {
    private static final double STEP = 1e-6;
    private static final double TOLERANCE = 1e-7;
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 5, 2, 2, 2);

    static Stream<TinyModel> models() {
        return Stream.of(
                TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, LossOptions.DEFAULT, DataType.DOUBLE),
                TinyModel.of(true, 0, LAYOUT, Mixer.NONE, LossOptions.DEFAULT, DataType.DOUBLE),
                TinyModel.of(
                        true, 3, LAYOUT, Mixer.SIGMOID, LossOptions.all(RewardSource.THOUGHT, 0.2, 0), DataType.DOUBLE),
                TinyModel.of(
                        false, 3, LAYOUT, Mixer.LINEAR, LossOptions.all(RewardSource.MIXED, 0, 0.3), DataType.DOUBLE),
                TinyModel.of(true, 3, LAYOUT, Mixer.LINEAR, LossOptions.DEFAULT, DataType.DOUBLE)
                        .adapted("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
                TinyModel.of(
                        true,
                        0,
                        new ThoughtLayout(2, 4, 1, 1, 1),
                        Mixer.SIGMOID,
                        LossOptions.all(RewardSource.MIXED, 0.2, 0.3),
                        DataType.DOUBLE),
                TinyModel.ofFamily("qwen2", LAYOUT, LossOptions.DEFAULT),
                TinyModel.ofFamily("qwen3", LAYOUT, LossOptions.DEFAULT),
                TinyModel.ofFamily("gpt2", LAYOUT, LossOptions.all(RewardSource.MIXED, 0.2, 0.3)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyParametersGradientIsTheLosssSlope(TinyModel tiny) {
        int[] text = tiny.text(1);
        int[] thoughts = tiny.thoughts(2);
        int[] lengths = {tiny.layout().length(), tiny.layout().length() - 1};
        LearningInputs batch = tiny.batch(text, lengths, thoughts);
        Map<String, INDArray> gradients = QuietStarGradients.of(tiny.graph(), ReferenceObjective.LOSS, batch);
        assertThat(gradients.keySet()).isEqualTo(tiny.trainable());
        ReferenceObjective forward = tiny.graph();
        List<String> outputs = new ArrayList<>(ReferenceLoss.OUTPUTS);
        outputs.add(QuietStarLoss.ADVANTAGE);
        try (var plan = StaticPlan.compile(forward.graph(), batch.inputs(), outputs)) {
            plan.run();
            var reference = new ReferenceLoss(tiny, text, lengths, thoughts);
            var held = new ReferenceLoss.Detached(
                    Differences.numbers(plan.output(QuietStarLoss.ADVANTAGE)),
                    plan.output(QuietStarLoss.BASE_LOGITS).toDoubleMatrix());
            DoubleSupplier loss = () -> {
                plan.run();
                return reference.of(plan, held).total();
            };
            gradients.forEach((name, gradient) -> {
                INDArray parameter = tiny.parameters().get(name);
                INDArray direction = Parameters.normal(DataType.DOUBLE, 9, name, 1, parameter.shape());
                assertSlope(name, loss, parameter, direction, gradient);
                INDArray entry = parameter.like();
                entry.reshape(entry.length()).putScalar(name.length() % entry.length(), 1);
                assertSlope(name + ", one entry", loss, parameter, entry, gradient);
            });
        }
    }

    private static void assertSlope(
            String name, DoubleSupplier loss, INDArray parameter, INDArray direction, INDArray gradient) {
        INDArray before = parameter.dup();
        parameter.addi(direction.mul(STEP));
        double up = loss.getAsDouble();
        parameter.assign(before).subi(direction.mul(STEP));
        double down = loss.getAsDouble();
        parameter.assign(before);
        double slope = (up - down) / (2 * STEP);
        double expected = gradient.mul(direction).sumNumber().doubleValue();
        double scale = gradient.norm2Number().doubleValue();
        assertThat(scale).as("norm of the gradient of " + name).isPositive();
        assertThat(Math.abs(slope - expected) / scale)
                .as("%s: slope %s, gradient %s", name, slope, expected)
                .isLessThan(TOLERANCE);
    }
}
