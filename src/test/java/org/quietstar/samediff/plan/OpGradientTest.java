package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.LossConfig.RewardSource;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.pass.PassPipeline;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.ReferenceObjective;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.TinyModel;

/** The gradient of every op against central differences, in every manner in which the project's graphs use it. */
class OpGradientTest {
    private static final double STEP = 1e-6;

    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    static Stream<OpCase> cases() {
        return OpCases.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsTheSlope(OpCase each) {
        SameDiff sd = SameDiff.create();
        Map<String, INDArray> variables = each.variables(11);
        SDVariable result = each.build(sd, variables);
        long[] shape;
        try (var plan = StaticPlan.compile(sd, Map.of(), List.of(result.name()))) {
            shape = plan.output(result.name()).shape();
        }
        // A factor of its own for every number: a gradient that ignores what comes from above would show.
        INDArray factors = OpCase.numbers(new Random(12), -1, 1, shape);
        sd.sum(result.mul(sd.constant(factors))).rename("loss");
        var gradient = GradientFunction.of(sd, "loss", List.copyOf(variables.keySet()));
        // M2.1's own kernels, then what the plan puts in their place, then that cut among threads wherever it can be.
        var builder = StaticPlan.of(gradient).outputs(gradient.outputs(List.of("loss")));
        check(builder.passes(PassPipeline.EXACT).threads(1), gradient, variables);
        check(builder.passes(PassPipeline.ALL), gradient, variables);
        check(builder.threads(2).cuttingFrom(1), gradient, variables);
    }

    private static void check(StaticPlan.Builder builder, GradientFunction gradient, Map<String, INDArray> variables) {
        try (var plan = builder.compile()) {
            check(plan, gradient, variables);
        }
    }

    private static void check(StaticPlan plan, GradientFunction gradient, Map<String, INDArray> variables) {
        plan.run();
        Map<String, double[]> gradients = new LinkedHashMap<>();
        variables
                .keySet()
                .forEach(name -> gradients.put(name, Differences.numbers(plan.output(gradient.gradientOf(name)))));
        gradients.forEach((name, numbers) -> {
            double[] slopes = slopes(plan, variables.get(name));
            assertThat(Arrays.stream(slopes).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
            assertThat(Differences.relative(numbers, slopes)).as(name).isLessThan(1e-7);
        });
    }

    private static double[] slopes(StaticPlan plan, INDArray variable) {
        double[] slopes = new double[Math.toIntExact(variable.length())];
        for (int i = 0; i < slopes.length; i++) {
            double before = variable.getDouble(i);
            variable.putScalar(i, before + STEP);
            plan.run();
            double up = plan.output("loss").getDouble(0);
            variable.putScalar(i, before - STEP);
            plan.run();
            slopes[i] = (up - plan.output("loss").getDouble(0)) / (2 * STEP);
            variable.putScalar(i, before);
        }
        return slopes;
    }

    @Test
    void everyUseInTheGraphsHasItsCase() {
        Set<String> tested = new TreeSet<>();
        cases().forEach(each -> {
            SameDiff sd = SameDiff.create();
            each.build(sd, each.variables(11));
            tested.addAll(OpUses.of(sd, Map.of()));
        });
        Set<String> used = new TreeSet<>();
        for (RewardSource reward : RewardSource.values()) {
            for (RewardBaseline baseline : List.of(RewardBaseline.MEAN, RewardBaseline.NONE)) {
                var loss = LossConfig.defaults()
                        .withBaseLossWeight(0.3)
                        .withPolicyWeight(1.3)
                        .withReinforceTemperature(2.0)
                        .withRewardBaseline(baseline)
                        .withReward(reward)
                        .withRewardTrim(1)
                        .withStandardizeAdvantage(true)
                        .withEntropyBonus(0.2)
                        .withKlWeight(0.3);
                for (Mixer mixer : Mixer.values()) {
                    addUses(
                            used,
                            TinyModel.of(true, 3, new ThoughtLayout(2, 5, 3, 2, 3), mixer, loss, DataType.DOUBLE));
                }
            }
        }
        // Nothing is differentiated through it: its gradient is a zero, which WorkaroundsTest holds.
        used.remove("stop_gradient");
        assertThat(used).isNotEmpty().isSubsetOf(tested);
    }

    private static void addUses(Set<String> used, TinyModel tiny) {
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        ReferenceObjective graph = tiny.graph();
        used.addAll(OpUses.of(graph.graph(), batch.inputs()));
        var language = new LanguageModelGraph(tiny.model(), 2, 5, tiny.parameters());
        used.addAll(OpUses.of(
                language.graph(),
                Map.of(
                        LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, 10),
                        LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, 10),
                        LanguageModelGraph.WEIGHTS, Nd4j.zeros(DataType.DOUBLE, 10, 1))));
    }
}
