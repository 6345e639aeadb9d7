package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;

/** The policy's own graph gives what the whole loss has beyond the likelihoods. */
class PolicyGraphTest {
    static Stream<TinyModel> models() {
        var one = new ThoughtSizes(2, 5, 2, 1, 1);
        return Stream.of(
                TinyModel.of(false, 0, TinyModel.SIZES, "linear", LossOptions.SIGNED, DataType.DOUBLE),
                TinyModel.of(true, 3, TinyModel.SIZES, "linear", LossOptions.all("mixed", 0.2, 0.3), DataType.DOUBLE),
                TinyModel.of(false, 0, one, "sigmoid", LossOptions.all("thought", 0, 0.3), DataType.DOUBLE));
    }

    @ParameterizedTest
    @MethodSource("models")
    void itsGradientIsThePolicysPart(TinyModel tiny) {
        LearningBatch batch = tiny.batch(tiny.text(1), new int[] {5, 4}, tiny.thoughts(2));
        Map<String, INDArray> whole = QuietStarGradients.withLoss(tiny.graph(), QuietStarGraph.LOSS, batch);
        Map<String, INDArray> base = QuietStarGradients.withLoss(tiny.graph(), QuietStarGraph.BASE_LOSS, batch);
        Map<String, INDArray> thought = QuietStarGradients.withLoss(tiny.graph(), QuietStarGraph.THOUGHT_LOSS, batch);
        LossWeights weights = LossWeights.of(tiny.loss());

        PolicyGraph graph = tiny.policyGraph();
        var gradient = GradientGraph.of(graph.graph(), PolicyGraph.LOSS, graph.parameterNames());
        try (var plan = StaticPlan.compile(
                gradient.function(), graph.graph(), inputs(tiny, batch), gradient.outputs(List.of(PolicyGraph.LOSS)))) {
            plan.run();
            double rest = whole.remove(QuietStarGraph.LOSS).getDouble(0)
                    - weights.base() * base.get(QuietStarGraph.BASE_LOSS).getDouble(0)
                    - weights.thought()
                            * thought.get(QuietStarGraph.THOUGHT_LOSS).getDouble(0);
            assertThat(plan.output(PolicyGraph.LOSS).getDouble(0)).isCloseTo(rest, offset(1e-12));
            whole.forEach((name, total) -> {
                INDArray expected = total.sub(part(base, name, total).mul(weights.base()))
                        .sub(part(thought, name, total).mul(weights.thought()));
                INDArray actual = gradient.dependsOn(name) ? plan.output(gradient.gradientOf(name)) : total.like();
                double error = actual.sub(expected).norm2Number().doubleValue();
                assertThat(error / total.norm2Number().doubleValue()).as(name).isLessThan(1e-12);
            });
            assertThat(gradient.gradientNames().keySet())
                    .contains(ThoughtParameters.START)
                    .doesNotContain(ThoughtParameters.END, ThoughtParameters.W1);
        }
    }

    private static INDArray part(Map<String, INDArray> gradients, String name, INDArray like) {
        return gradients.getOrDefault(name, like.like());
    }

    private static Map<String, INDArray> inputs(TinyModel tiny, LearningBatch batch) {
        Map<String, INDArray> inputs = new HashMap<>();
        int count = PolicyGraph.idCount(tiny.sizes());
        // Text, then t1 … t(T−1): the beginning of what the learning graph embeds.
        inputs.put(
                PolicyGraph.IDS,
                batch.inputs()
                        .get(QuietStarGraph.IDS)
                        .get(NDArrayIndex.interval(0, count))
                        .dup());
        inputs.put(QuietStarGraph.DRAWN, batch.drawn());
        inputs.put(QuietStarGraph.POLICY_WEIGHTS, batch.inputs().get(QuietStarGraph.POLICY_WEIGHTS));
        QuietStarGraph graph = tiny.graph();
        try (var plan =
                StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), List.of(QuietStarGraph.ADVANTAGE))) {
            plan.run();
            inputs.put(
                    PolicyGraph.ADVANTAGE, plan.output(QuietStarGraph.ADVANTAGE).dup());
        }
        return inputs;
    }
}
