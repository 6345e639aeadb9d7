package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.pass.ConstantFolding;
import org.quietstar.samediff.plan.pass.Pass;
import org.quietstar.samediff.plan.pass.PassPipeline;
import org.quietstar.samediff.plan.pass.ReshapeAsAlias;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LossOptions;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.ReferenceObjective;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.TinyModel;

/**
 * What a plan computes against M2.1's own session: bit for bit with the rewrites that promise it, within rounding with
 * each of the others alone and with all.
 */
class SessionEquivalenceTest {
    static Stream<TinyModel> models() {
        return Stream.of(
                TinyModel.of(false, 0, TinyModel.LAYOUT, Mixer.LINEAR, LossOptions.UNTRIMMED, DataType.FLOAT),
                TinyModel.of(true, 3, TinyModel.LAYOUT, Mixer.SIGMOID, LossOptions.UNTRIMMED, DataType.DOUBLE),
                TinyModel.of(
                        true,
                        0,
                        new ThoughtLayout(2, 3, 1, 1, 1),
                        Mixer.LINEAR,
                        LossOptions.UNTRIMMED,
                        DataType.FLOAT));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theLearningGraph(TinyModel tiny) {
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        var gradients = GradientFunction.of(graph.graph(), ReferenceObjective.LOSS, graph.parameterNames());
        List<String> outputs = new ArrayList<>(tiny.stateNames());
        outputs.addAll(List.of(
                ReferenceObjective.LOSS,
                QuietStarLoss.BASE_LOSS,
                QuietStarLoss.THOUGHT_LOSS,
                ReferenceObjective.POLICY_LOSS,
                QuietStarLoss.MIX_WEIGHT,
                QuietStarLoss.REWARD,
                QuietStarLoss.ADVANTAGE,
                ReferenceObjective.LOG_POLICY));
        compare(gradients, batch.inputs(), gradients.outputs(outputs));
    }

    @Test
    void aGraphOfOtherOps() {
        SameDiffFixes.install();
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 3, 4);
        SDVariable w = sd.var("w", Parameters.normal(DataType.DOUBLE, 1, "w", 1, 4, 5));
        SDVariable b = sd.var("b", Parameters.normal(DataType.DOUBLE, 1, "b", 1, 5));
        SDVariable h = sd.math.tanh(sd.mmul(x, w).add(b));
        SDVariable p = sd.nn.logSoftmax(h);
        sd.mean(sd.stack(0, p, sd.tile(h, 1, 1)).mul(sd.nn.swish(h))).rename("loss");
        INDArray input = Parameters.normal(DataType.DOUBLE, 1, "x", 1, 3, 4);
        var gradients = GradientFunction.of(sd, "loss", List.of("w", "b", "x"));
        compare(gradients, Map.of("x", input), gradients.outputs(List.of("loss", h.name(), p.name())));
    }

    private static void compare(GradientFunction gradients, Map<String, INDArray> inputs, List<String> outputs) {
        // The session may convert placeholders in place, and keeps what it computed: it gets copies.
        Map<String, INDArray> copies = new HashMap<>();
        inputs.forEach((name, array) -> copies.put(name, array.dup()));
        Map<String, INDArray> session = new HashMap<>();
        gradients.function().output(copies, outputs).forEach((name, array) -> session.put(name, array.dup()));
        check(gradients, inputs, outputs, session, PassPipeline.EXACT, 0);
        boolean single = inputs.values().stream().anyMatch(array -> array.dataType() == DataType.FLOAT);
        double tolerance = single ? 2e-4 : 1e-11;
        // M2.1 computes the shapes of reshapes in the graph, so that without these two nothing can be planned.
        List<Pass> least = List.of(new ConstantFolding(), new ReshapeAsAlias());
        check(gradients, inputs, outputs, session, least, tolerance);
        for (Pass pass : PassPipeline.ALL) {
            List<Pass> alone = new ArrayList<>(least);
            alone.add(pass);
            check(gradients, inputs, outputs, session, alone, tolerance);
        }
        for (Pass rewrite : PassPipeline.ROUNDING) {
            List<Pass> rewrites = new ArrayList<>(PassPipeline.EXACT);
            rewrites.add(rewrite);
            check(gradients, inputs, outputs, session, rewrites, tolerance);
        }
        check(gradients, inputs, outputs, session, PassPipeline.ALL, tolerance);
    }

    /** Each output within {@code tolerance} of its largest number; equal to the last bit where that is 0. */
    private static void check(
            GradientFunction gradients,
            Map<String, INDArray> inputs,
            List<String> outputs,
            Map<String, INDArray> session,
            List<Pass> rewrites,
            double tolerance) {
        var builder = StaticPlan.of(gradients).given(inputs).outputs(outputs).passes(rewrites);
        if (tolerance == 0) {
            // How a product rounds may depend on how many of its rows BLAS gets at a time; on AMD's processors it does.
            builder.threads(1);
        }
        try (var plan = builder.compile()) {
            for (int round = 0; round < 3; round++) {
                plan.run();
                for (String name : outputs) {
                    assertThat(plan.output(name).shape())
                            .as(name)
                            .isEqualTo(session.get(name).shape());
                    double[] expected = Differences.numbers(session.get(name));
                    double largest =
                            Arrays.stream(expected).map(Math::abs).max().orElse(0);
                    assertThat(Differences.numbers(plan.output(name)))
                            .as(name + " " + rewrites)
                            .containsExactly(expected, within(tolerance * Math.max(1e-3, largest)));
                }
            }
            assertThat(plan.plannedBytes()).isLessThan(plan.requestedBytes());
        }
    }

    @Test
    void aProfileNamesTheOps() {
        SameDiff sd = SameDiff.create();
        sd.math.exp(sd.placeHolder("x", DataType.DOUBLE, 2)).rename("y");
        try (var plan = StaticPlan.compile(sd, Map.of("x", Nd4j.zeros(DataType.DOUBLE, 2)), List.of("y"))) {
            plan.startProfile();
            plan.run();
            plan.run();
            assertThat(plan.takeProfile()).singleElement().satisfies(time -> {
                assertThat(time.kind()).isEqualTo("exp");
                assertThat(time.count()).isEqualTo(2);
                assertThat(time.seconds()).isPositive();
            });
            assertThat(plan.output("y").toDoubleVector()).containsExactly(1, 1);
            assertThatThrownBy(plan::takeProfile).isInstanceOf(IllegalStateException.class);
        }
    }
}
