package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.attention.JointSoftmax;
import org.quietstar.model.attention.TextAttention;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * Text and slots one group after another against the learning graph, in which all go together: every named variable of
 * every layer, row for row. It is what lets values be carried from one to the other by name.
 */
class SlotPatternTest {
    private static final double TOLERANCE = 1e-12;
    private static final List<String> PARTS = List.of(
            DecoderNames.INPUT,
            DecoderNames.NORM1_SCALE,
            DecoderNames.NORM1,
            DecoderNames.QUERIES,
            DecoderNames.KEYS,
            DecoderNames.VALUES,
            DecoderNames.ATTENTION,
            DecoderNames.MID,
            DecoderNames.NORM2_SCALE,
            DecoderNames.NORM2,
            DecoderNames.GATE,
            DecoderNames.UP,
            DecoderNames.SIGMOID,
            DecoderNames.ACT);
    private static final List<String> OF_TEXT =
            List.of(JointSoftmax.rowMax(TextAttention.SOFTMAX), JointSoftmax.expSum(TextAttention.SOFTMAX));
    private static final List<String> OF_BLOCKS =
            List.of(JointSoftmax.rowMax(ThoughtAttention.SOFTMAX), JointSoftmax.expSum(ThoughtAttention.SOFTMAX));

    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    static Stream<TinyModel> models() {
        return Stream.of(
                TinyModel.of(true, 3, new ThoughtLayout(2, 5, 2, 2, 2)),
                TinyModel.withKeyValueHeads(4, 0, new ThoughtLayout(2, 3, 2, 1, 2)),
                TinyModel.withKeyValueHeads(1, 2, new ThoughtLayout(1, 4, 2, 1, 2)));
    }

    /** Names of variables with a row for each that goes through the decoder, and those of single layers. */
    private static List<String> names(TinyModel tiny, List<String> attention) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < tiny.model().layers(); i++) {
            for (String part : PARTS) {
                names.add(DecoderNames.layer(i, part));
            }
            for (String part : attention) {
                names.add(DecoderNames.layer(i, part));
            }
        }
        names.addAll(List.of(DecoderNames.state(tiny.model().layers()), DecoderNames.FINAL_SCALE, DecoderNames.FINAL));
        return names;
    }

    private static Map<String, INDArray> learned(TinyModel tiny) {
        List<String> all = new ArrayList<>(OF_TEXT);
        all.addAll(OF_BLOCKS);
        List<String> names = names(tiny, all);
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(tiny.text(1), tiny.fullLengths(), tiny.thoughts(2));
        return run(graph.graph(), batch.inputs(), names);
    }

    private static Map<String, INDArray> run(SameDiff sd, Map<String, INDArray> inputs, List<String> names) {
        try (var plan = StaticPlan.compile(sd, inputs, names)) {
            plan.run();
            Map<String, INDArray> results = new LinkedHashMap<>();
            names.forEach(name -> results.put(name, plan.output(name).dup('c')));
            return results;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyNamedVariableIsTheLearningGraphs(TinyModel tiny) {
        ThoughtLayout layout = tiny.layout();
        Map<String, INDArray> learned = learned(tiny);
        Map<String, INDArray> text = text(tiny, learned);
        compare(text, learned, 0, layout.textRows(), layout.textRows());
        for (int middle = 1; middle <= layout.slots(); middle++) {
            compareSlots(tiny, slots(tiny, 1, middle, learned), learned, 1, middle);
            if (middle < layout.slots()) {
                compareSlots(
                        tiny, slots(tiny, middle + 1, layout.slots(), learned), learned, middle + 1, layout.slots());
                compareSlots(tiny, slots(tiny, middle + 1, middle + 1, learned), learned, middle + 1, middle + 1);
            }
        }
    }

    private static Map<String, INDArray> text(TinyModel tiny, Map<String, INDArray> learned) {
        SameDiff sd = SameDiff.create();
        int rows = tiny.layout().textRows();
        var attention = TextAttention.causal(
                sd, tiny.model(), tiny.layout().batch(), tiny.layout().length(), DataType.DOUBLE);
        decoder(sd, tiny).layers(embeddings(sd, learned, 0, rows), attention);
        return run(sd, Map.of(), names(tiny, OF_TEXT));
    }

    private static Map<String, INDArray> slots(TinyModel tiny, int first, int last, Map<String, INDArray> learned) {
        ThoughtLayout layout = tiny.layout();
        SameDiff sd = SameDiff.create();
        int from = layout.firstRowOfSlot(first);
        int to = layout.firstRowOfSlot(last + 1);
        decoder(sd, tiny)
                .layers(
                        embeddings(sd, learned, from, to),
                        new SlotPattern(sd, tiny.model(), layout, first, last, DataType.DOUBLE));
        Map<String, INDArray> inputs = new HashMap<>();
        List<String> names = names(tiny, OF_BLOCKS);
        for (int i = 0; i < tiny.model().layers(); i++) {
            INDArray keys = learned.get(DecoderNames.layer(i, DecoderNames.KEYS));
            INDArray values = learned.get(DecoderNames.layer(i, DecoderNames.VALUES));
            inputs.put(SlotPattern.textKeys(i), rows(keys, 0, layout.textRows()));
            inputs.put(SlotPattern.textValues(i), rows(values, 0, layout.textRows()));
            if (first > 1) {
                inputs.put(SlotPattern.pastKeys(i), rows(keys, layout.textRows(), from));
                inputs.put(SlotPattern.pastValues(i), rows(values, layout.textRows(), from));
                names.addAll(List.of(SlotPattern.ownKeys(i), SlotPattern.ownValues(i)));
            }
        }
        return run(sd, inputs, names);
    }

    private static Decoder decoder(SameDiff sd, TinyModel tiny) {
        return new Decoder(sd, tiny.model(), tiny.parameters(), tiny.layout().maxPosition());
    }

    /** The learning graph's embeddings, since only the layers are in question here. */
    private static SDVariable embeddings(SameDiff sd, Map<String, INDArray> learned, int from, int to) {
        return sd.identity(sd.constant(rows(learned.get(DecoderNames.state(0)), from, to)));
    }

    private static INDArray rows(INDArray all, int from, int to) {
        return all.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c');
    }

    private static void compareSlots(
            TinyModel tiny, Map<String, INDArray> actual, Map<String, INDArray> learned, int first, int last) {
        ThoughtLayout layout = tiny.layout();
        int from = layout.firstRowOfSlot(first);
        int to = layout.firstRowOfSlot(last + 1);
        Map<String, INDArray> own = new HashMap<>();
        for (int i = 0; i < tiny.model().layers() && first > 1; i++) {
            own.put(SlotPattern.ownKeys(i), learned.get(DecoderNames.layer(i, DecoderNames.KEYS)));
            own.put(SlotPattern.ownValues(i), learned.get(DecoderNames.layer(i, DecoderNames.VALUES)));
        }
        own.forEach((name, all) -> check(name, actual.remove(name), rows(all, layout.textRows(), to)));
        compare(actual, learned, from, to, layout.textRows());
    }

    private static void compare(
            Map<String, INDArray> actual, Map<String, INDArray> learned, int from, int to, int textRows) {
        actual.forEach((name, array) -> {
            int offset = OF_BLOCKS.stream().anyMatch(name::endsWith) ? textRows : 0;
            check(name, array, rows(learned.get(name), from - offset, to - offset));
        });
    }

    private static void check(String name, INDArray actual, INDArray expected) {
        assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
        assertThat(Differences.relative(actual, expected)).as(name).isLessThan(TOLERANCE);
    }

    @Test
    void stepsOutsideTheBlockAreRefused() {
        TinyModel tiny = TinyModel.of(false, 0, TinyModel.LAYOUT);
        for (int[] range : new int[][] {{0, 1}, {2, 1}, {1, TinyModel.LAYOUT.slots() + 1}}) {
            SameDiff sd = SameDiff.create();
            assertThatThrownBy(() ->
                            new SlotPattern(sd, tiny.model(), TinyModel.LAYOUT, range[0], range[1], DataType.DOUBLE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(range[0] + " to " + range[1]);
        }
    }

    @Test
    void aSecondGroupOfRowsLeavesTheNamesToTheFirst() {
        TinyModel tiny = TinyModel.of(false, 0, TinyModel.LAYOUT);
        Map<String, INDArray> learned = learned(tiny);
        SameDiff sd = SameDiff.create();
        int rows = tiny.layout().textRows();
        List<Decoder.Hidden> hidden = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            var attention = TextAttention.causal(
                    sd, tiny.model(), tiny.layout().batch(), tiny.layout().length(), DataType.DOUBLE);
            hidden.add(decoder(sd, tiny).layers(embeddings(sd, learned, 0, rows), attention));
        }
        assertThat(hidden.get(0).normed().name()).isEqualTo(DecoderNames.FINAL);
        String second = hidden.get(1).normed().name();
        Map<String, INDArray> results = run(sd, Map.of(), List.of(DecoderNames.FINAL, second));
        check(second, results.get(second), results.get(DecoderNames.FINAL));
    }
}
