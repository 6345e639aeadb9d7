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
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.PlanMemory;

/**
 * docs/algorithm.md, section 10.1: naive = sequential = flattened = block-structured, hidden states of every layer and the gradient
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
        SameDiffFixes.install();
    }

    static Stream<TinyModel> models() {
        return Stream.of(
                // 64 blocks and key/value heads: as many as cached slots need to take thin products apart.
                TinyModel.of(false, 0, new ThoughtLayout(2, 8, 2, 2, 3)),
                TinyModel.of(true, 3, new ThoughtLayout(2, 6, 2, 2, 2)),
                TinyModel.of(true, 0, new ThoughtLayout(1, 3, 1, 1, 1)),
                TinyModel.of(true, 3, new ThoughtLayout(2, 4, 2, 2, 2))
                        .adapted("q_proj", "v_proj", "o_proj", "down_proj"),
                TinyModel.withKeyValueHeads(4, 0, new ThoughtLayout(2, 4, 2, 2, 2)),
                TinyModel.withKeyValueHeads(1, 2, new ThoughtLayout(1, 4, 2, 1, 2)),
                TinyModel.ofFamily("qwen2", TinyModel.LAYOUT, LossOptions.DEFAULT),
                TinyModel.ofFamily("qwen3", TinyModel.LAYOUT, LossOptions.DEFAULT),
                TinyModel.ofFamily("gpt2", TinyModel.LAYOUT, LossOptions.DEFAULT));
    }

    @ParameterizedTest
    @MethodSource("models")
    void allWaysGiveTheSameStatesAndGradients(TinyModel tiny) {
        var ways = new FourComputations(tiny, tiny.text(1), tiny.thoughts(2));
        double[][] cotangents = ways.cotangents();
        BlockComputation.Result block = ways.blockStructured().compute(cotangents);
        Set<String> expected = new TreeSet<>(tiny.trainable());
        expected.removeAll(MIXER);
        Map<String, BlockComputation> others =
                Map.of("naive", ways.naive(), "flattened", ways.flattened(), "sequential", ways.sequential());
        others.forEach((name, way) -> {
            BlockComputation.Result result = way.compute(cotangents);
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
        var ways = new FourComputations(tiny, ids, thoughts);
        BlockComputation.Result block = ways.blockStructured().compute(ways.cotangents());
        LearningInputs batch = tiny.batch(ids, tiny.fullLengths(), thoughts);
        LearningInputs other = tiny.batch(tiny.text(3), tiny.fullLengths(), tiny.thoughts(4));
        int slotCount = tiny.layout().slots();
        List<SlotForward> slots = new ArrayList<>();
        try (var memory = new PlanMemory();
                var cache = ActivationStore.forScoring(tiny.model(), tiny.layout(), DataType.DOUBLE);
                var text = new SlotForward.TextPrefill(tiny.thinking(), tiny.layout(), cache, memory)) {
            for (int a = 1; a <= slotCount; a++) {
                slots.add(cachedSlot(tiny, a, cache, memory));
            }
            // What another text left in the caches must not matter.
            for (LearningInputs each : List.of(batch, other, batch)) {
                text.run(each.text());
                runSlots(tiny, slots, each, a -> {
                    if (each == batch) {
                        compareSlot(tiny, slots.get(a - 1), block, a);
                    }
                });
            }
        } finally {
            slots.forEach(SlotForward::close);
        }
    }

    private static SlotForward cachedSlot(TinyModel tiny, int a, ActivationStore cache, PlanMemory memory) {
        return new SlotForward(
                tiny.thinking(),
                tiny.layout(),
                a,
                a,
                cache,
                memory,
                (sd, decoder, hidden, inputs) -> tiny.stateNames());
    }

    private static void runSlots(TinyModel tiny, List<SlotForward> slots, LearningInputs batch, IntConsumer check) {
        ThoughtLayout layout = tiny.layout();
        INDArray tokens = batch.inputs().get(LearningInputs.IDS);
        int next = layout.textRows();
        for (int a = 1; a <= layout.slots(); a++) {
            SlotForward slot = slots.get(a - 1);
            if (!layout.isMarker(a)) {
                slot.tokens().assign(tokens.get(NDArrayIndex.interval(next, next + layout.slotRows())));
                next += layout.slotRows();
            }
            slot.run();
            check.accept(a);
        }
    }

    private static double[][] rows(TinyModel tiny, double[][] states, int first, int last) {
        return Arrays.copyOfRange(
                states, tiny.layout().firstRowOfSlot(first), tiny.layout().firstRowOfSlot(last + 1));
    }

    private static void compareSlot(TinyModel tiny, SlotForward slot, BlockComputation.Result block, int a) {
        for (int i = 0; i < block.states().length; i++) {
            double[] actual = Differences.numbers(slot.output(tiny.stateNames().get(i)));
            assertThat(Differences.relative(actual, Differences.numbers(rows(tiny, block.states()[i], a, a))))
                    .as("slot " + a + ", state " + i)
                    .isLessThan(TOLERANCE);
        }
    }
}
