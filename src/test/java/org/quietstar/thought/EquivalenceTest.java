package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.CorrectedOps;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.SharedBuffers;

/**
 * Spec, section 10.1: naive = sequential = flattened = block-structured, hidden states of every layer and the gradient
 * of every parameter, in double precision.
 */
class EquivalenceTest {
    private static final double TOLERANCE = 1e-12;
    private static final Set<String> MIXER = Set.of(
            ThoughtParameters.W1,
            ThoughtParameters.B1,
            ThoughtParameters.W2,
            ThoughtParameters.B2,
            ThoughtParameters.W3);

    @BeforeAll
    static void install() {
        CorrectedOps.install();
    }

    static Stream<TinyModel> models() {
        return Stream.of(
                // 64 blocks and key/value heads: as many as cached steps need to take thin products apart.
                TinyModel.of(false, 0, new ThoughtSizes(2, 8, 2, 2, 3)),
                TinyModel.of(true, 3, new ThoughtSizes(2, 6, 2, 2, 2)),
                TinyModel.of(true, 0, new ThoughtSizes(1, 3, 1, 1, 1)),
                TinyModel.of(true, 3, new ThoughtSizes(2, 4, 2, 2, 2))
                        .adapted("q_proj", "v_proj", "o_proj", "down_proj"),
                TinyModel.withKeyValueHeads(4, 0, new ThoughtSizes(2, 4, 2, 2, 2)),
                TinyModel.withKeyValueHeads(1, 2, new ThoughtSizes(1, 4, 2, 1, 2)),
                TinyModel.ofFamily("qwen2", TinyModel.SIZES, LossOptions.DEFAULT),
                TinyModel.ofFamily("qwen3", TinyModel.SIZES, LossOptions.DEFAULT),
                TinyModel.ofFamily("gpt2", TinyModel.SIZES, LossOptions.DEFAULT));
    }

    @ParameterizedTest
    @MethodSource("models")
    void allWaysGiveTheSameStatesAndGradients(TinyModel tiny) {
        var ways = new Ways(tiny, tiny.text(1), tiny.thoughts(2));
        double[][] cotangents = ways.cotangents();
        Way.Result block = ways.blockStructured().compute(cotangents);
        Set<String> expected = new TreeSet<>(tiny.trainable());
        expected.removeAll(MIXER);
        Map<String, Way> others =
                Map.of("naive", ways.naive(), "flattened", ways.flattened(), "sequential", ways.sequential());
        others.forEach((name, way) -> {
            Way.Result result = way.compute(cotangents);
            assertThat(result.spread()).as(name + ": copies of a row").isLessThan(TOLERANCE);
            for (int i = 0; i < block.states().length; i++) {
                assertThat(Differences.relative(
                                Differences.numbers(result.states()[i]), Differences.numbers(block.states()[i])))
                        .as(name + ": hidden states after layer " + i)
                        .isLessThan(TOLERANCE);
            }
            assertThat(result.gradients().keySet()).as(name).isEqualTo(expected);
            expected.forEach(parameter -> assertThat(Differences.relative(
                            result.gradients().get(parameter), block.gradients().get(parameter)))
                    .as(name + ": gradient of " + parameter)
                    .isLessThan(TOLERANCE));
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void cachedStepsGiveTheSameStates(TinyModel tiny) {
        int[] ids = tiny.text(1);
        int[] thoughts = tiny.thoughts(2);
        var ways = new Ways(tiny, ids, thoughts);
        Way.Result block = ways.blockStructured().compute(ways.cotangents());
        LearningBatch batch = tiny.batch(ids, tiny.fullLengths(), thoughts);
        LearningBatch other = tiny.batch(tiny.text(3), tiny.fullLengths(), tiny.thoughts(4));
        int stepCount = tiny.sizes().steps();
        List<CachedSteps> steps = new ArrayList<>();
        try (var memory = new SharedBuffers();
                var cache = Activations.forScoring(tiny.model(), tiny.sizes(), DataType.DOUBLE);
                var text = new CachedText(tiny.model(), tiny.sizes(), tiny.parameters(), cache, memory)) {
            for (int a = 1; a <= stepCount; a++) {
                steps.add(cachedStep(tiny, a, cache, memory));
            }
            // What another text left in the caches must not matter.
            for (LearningBatch each : List.of(batch, other, batch)) {
                text.run(each.text());
                runSteps(tiny, steps, each, a -> {
                    if (each == batch) {
                        compareStep(tiny, steps.get(a - 1), block, a);
                    }
                });
            }
        } finally {
            steps.forEach(CachedSteps::close);
        }
    }

    private static CachedSteps cachedStep(TinyModel tiny, int a, Activations cache, SharedBuffers memory) {
        return new CachedSteps(
                tiny.model(),
                tiny.sizes(),
                a,
                a,
                tiny.thought().embeddingScale(),
                tiny.parameters(),
                cache,
                memory,
                (sd, decoder, hidden, inputs) -> tiny.stateNames());
    }

    private static void runSteps(TinyModel tiny, List<CachedSteps> steps, LearningBatch batch, IntConsumer check) {
        ThoughtSizes sizes = tiny.sizes();
        INDArray tokens = batch.inputs().get(QuietStarGraph.IDS);
        int next = sizes.textRows();
        for (int a = 1; a <= sizes.steps(); a++) {
            CachedSteps step = steps.get(a - 1);
            if (a != 1 && a != sizes.thoughtTokens() + 2) {
                step.tokens().assign(tokens.get(NDArrayIndex.interval(next, next + sizes.stepRows())));
                next += sizes.stepRows();
            }
            step.run();
            check.accept(a);
        }
    }

    private static double[][] rows(TinyModel tiny, double[][] states, int first, int last) {
        return Arrays.copyOfRange(
                states, tiny.sizes().firstRowOfStep(first), tiny.sizes().firstRowOfStep(last + 1));
    }

    private static void compareStep(TinyModel tiny, CachedSteps step, Way.Result block, int a) {
        for (int i = 0; i < block.states().length; i++) {
            double[] actual = Differences.numbers(step.output(tiny.stateNames().get(i)));
            assertThat(Differences.relative(actual, Differences.numbers(rows(tiny, block.states()[i], a, a))))
                    .as("step " + a + ", state " + i)
                    .isLessThan(TOLERANCE);
        }
    }
}
