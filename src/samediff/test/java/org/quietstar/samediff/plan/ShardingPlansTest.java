package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.GradientSplit;
import org.quietstar.samediff.RandomArrays;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.ir.ArrayViews;

/** Plans that begin where others ended, that share memory, and that are kept by shape. */
class ShardingPlansTest {
    private final SameDiff sd = SameDiff.create();

    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    private SDVariable variable(String name, long... shape) {
        return sd.var(name, RandomArrays.normal(DataType.DOUBLE, 1, name, shape));
    }

    /** w is read before and after h, as tied embeddings are. */
    private GradientFunction tied() {
        SDVariable w = variable("w", 3, 3);
        SDVariable h = sd.math.tanh(sd.mmul(sd.mmul(variable("x", 2, 3), w), variable("v", 3, 3)));
        h.rename("h");
        sd.sum(sd.math.exp(sd.mmul(h, w)).mul(variable("u", 2, 3))).rename("loss");
        return GradientFunction.of(sd, "loss", List.of("w", "v", "u", "h"));
    }

    @Test
    void aGradientFunctionCutInTwoGivesTheWhole() {
        GradientFunction gradient = tied();
        String cut = gradient.gradientOf("h");
        List<String> wanted = List.of(gradient.gradientOf("w"), gradient.gradientOf("v"), gradient.gradientOf("u"));
        GradientSplit split = GradientSplit.of(gradient.function(), "h", cut, wanted);
        assertThat(split.first()).containsExactly(gradient.gradientOf("u"));
        assertThat(split.second()).containsExactly(gradient.gradientOf("w"), gradient.gradientOf("v"));
        assertThat(split.carried()).as("what w gets after h").hasSize(1);
        Map<String, double[]> whole = new HashMap<>();
        try (var plan = StaticPlan.compile(gradient, Map.of(), wanted)) {
            plan.run();
            wanted.forEach(name -> whole.put(name, Differences.numbers(plan.output(name))));
        }
        INDArray h = Nd4j.zeros(DataType.DOUBLE, 2, 3);
        INDArray slope = Nd4j.zeros(DataType.DOUBLE, 2, 3);
        List<String> kept = new ArrayList<>(split.first());
        kept.addAll(split.carried());
        try (var memory = new PlanMemory();
                var forward =
                        StaticPlan.of(sd).into(Map.of("h", h)).sharing(memory).compile();
                var head = StaticPlan.of(gradient)
                        .given(Map.of("h", h))
                        .into(Map.of(cut, slope))
                        .keeping(kept)
                        .sharing(memory)
                        .compile()) {
            Map<String, INDArray> given = new HashMap<>(Map.of("h", h, cut, slope));
            split.carried().forEach(name -> given.put(name, head.output(name)));
            try (var rest = StaticPlan.of(gradient)
                    .given(given)
                    .outputs(split.second())
                    .sharing(memory)
                    .compile()) {
                for (int round = 0; round < 2; round++) {
                    forward.run();
                    head.run();
                    rest.run();
                    split.first().forEach(name -> same(head.output(name), whole.get(name)));
                    split.second().forEach(name -> same(rest.output(name), whole.get(name)));
                }
                assertThat(memory.bytes())
                        .isGreaterThanOrEqualTo(Math.max(head.plannedBytes(), rest.plannedBytes()))
                        .isLessThan(2 * (forward.plannedBytes() + head.plannedBytes() + rest.plannedBytes()) + 1024);
            }
        }
    }

    private static void same(INDArray actual, double[] expected) {
        assertThat(Differences.relative(Differences.numbers(actual), expected)).isLessThan(1e-13);
    }

    @Test
    void resultsAreWrittenIntoTheCallersArrays() {
        SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 2, 2);
        sd.math.exp(x).rename("y");
        sd.identity(x).rename("same");
        INDArray input = Nd4j.createFromArray(0.0, 1, 2, 3).reshape(2, 2);
        INDArray all = Nd4j.zeros(DataType.DOUBLE, 4, 2);
        INDArray rows = ArrayViews.slice(all, 0, 1, 3);
        INDArray copy = Nd4j.zeros(DataType.DOUBLE, 2, 2);
        try (var plan = StaticPlan.of(sd)
                .given(Map.of("x", input))
                .into(Map.of("y", rows, "same", copy))
                .compile()) {
            plan.run();
            assertThat(all.getRow(1).toDoubleVector()).containsExactly(1, Math.E);
            assertThat(all.getRow(3).sumNumber().doubleValue()).isZero();
            assertThat(copy).isEqualTo(input);
            assertThat(plan.output("y")).isEqualTo(rows);
        }
        assertThatThrownBy(() -> StaticPlan.of(sd)
                        .given(Map.of("x", input))
                        .into(Map.of("y", Nd4j.zeros(DataType.DOUBLE, 3)))
                        .compile())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'y'")
                .hasMessageContaining("4 numbers")
                .hasMessageContaining("of 3");
        assertThatThrownBy(() -> StaticPlan.of(sd)
                        .given(Map.of("x", input))
                        .into(Map.of(
                                "y",
                                Nd4j.zeros(DataType.DOUBLE, 4, 2).transpose().slice(0)))
                        .compile())
                .isInstanceOf(IllegalArgumentException.class);
    }

    private StaticPlan square(int n, PlanMemory memory) {
        SameDiff graph = SameDiff.create();
        SDVariable x = graph.placeHolder("x", DataType.DOUBLE, n);
        graph.math.exp(x.mul(x)).rename("y");
        return StaticPlan.of(graph)
                .given(Map.of("x", Nd4j.ones(DataType.DOUBLE, n)))
                .outputs(List.of("y"))
                .sharing(memory)
                .compile();
    }

    @Test
    void memoryThatGrowsIsFoundAgain() {
        try (var memory = new PlanMemory();
                StaticPlan small = square(4, memory)) {
            small.run();
            long before = memory.bytes();
            try (StaticPlan large = square(400, memory)) {
                large.run();
                assertThat(memory.bytes()).isGreaterThan(before);
                small.run();
                assertThat(small.output("y").toDoubleVector()).containsOnly(Math.E);
            }
        }
    }

    @Test
    void theCacheClosesWhatWasNotAskedForTheLongest() {
        List<Integer> made = new ArrayList<>();
        try (var memory = new PlanMemory();
                var cache = new PlanCache<Integer>(2, n -> {
                    made.add(n);
                    return square(n, memory);
                })) {
            StaticPlan one = cache.get(1);
            StaticPlan two = cache.get(2);
            assertThat(cache.get(1)).isSameAs(one);
            cache.get(3);
            assertThat(cache.size()).isEqualTo(2);
            assertThat(made).containsExactly(1, 2, 3);
            assertThatThrownBy(two::run).isInstanceOf(IllegalStateException.class);
            one.run();
            assertThat(cache.get(2)).isNotSameAs(two);
        }
        assertThatThrownBy(() -> new PlanCache<Integer>(0, n -> null)).isInstanceOf(IllegalArgumentException.class);
    }
}
