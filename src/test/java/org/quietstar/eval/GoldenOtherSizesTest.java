package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.Safetensors;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtSampling;
import org.quietstar.thought.ThoughtSizes;
import org.quietstar.thought.TinyModel;

/**
 * Golden folders of other sizes than the two that exist: several sequences, one thought, one token, one lookahead, a
 * trimmed reward. They are written from the learning graph, whose numbers other tests hold against plain loops; here it
 * is the order of rows and the shapes of the format that count.
 */
class GoldenOtherSizesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"3, 5, 2, 2, 2, 1", "2, 4, 1, 1, 1, 0", "1, 6, 3, 2, 3, 2", "2, 7, 2, 3, 1, 1"})
    void everySizeIsRead(int b, int l, int n, int t, int a, int trim) throws IOException {
        var sizes = new ThoughtSizes(b, l, n, t, a);
        TinyModel tiny = tiny(sizes, trim);
        INDArray gumbel = gumbel(sizes);
        int[] text = tiny.text(4);
        int[] thoughts = draw(tiny, text, gumbel);
        LearningBatch batch = tiny.batch(text, tiny.fullLengths(), thoughts);
        Files.writeString(folder.resolve("golden.json"), json(tiny));
        write("weights", tiny.parameters().asMap());
        Map<String, INDArray> inputs = new LinkedHashMap<>();
        inputs.put("x", Nd4j.createFromArray(text).reshape(b, l));
        inputs.put("gumbel", gumbel);
        inputs.put("tokens", Nd4j.createFromArray(thoughts).reshape(t, b, n, l));
        write("inputs", inputs);
        write("acts", activations(tiny, batch));
        write("grads_talk", gradients(tiny, batch));
        List<GoldenCheck.Row> rows = GoldenCheck.run(folder);
        assertThat(rows).hasSize(7 + 2 * a + tiny.parameters().asMap().size());
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.error()).as(row.name()).isLessThan(1e-10));
    }

    private static TinyModel tiny(ThoughtSizes sizes, int trim) {
        var model =
                new ModelConfig("", TinyModel.VOCAB, 8, 12, 2, 4, 2, 0, 100, 1e-5, 0, false, Integer.MAX_VALUE, 0.4);
        var thought = new ThoughtConfig(
                sizes.thoughtTokens(), sizes.lookahead(), sizes.thoughts(), 1, "linear", "", 1.5, List.of(1));
        var loss = new LossConfig(0.5, 1, 2.0, false, "mean", "thought", trim, false, 0, 0);
        Parameters base = DecoderParameters.random(model, DataType.DOUBLE, 1);
        Parameters parameters = base.and(ThoughtParameters.create(model, thought, base, 3, 1));
        parameters.get(ThoughtParameters.W3).addi(0.5);
        return new TinyModel(model, thought, loss, sizes, List.of(1), parameters);
    }

    private static INDArray gumbel(ThoughtSizes sizes) {
        var random = new Random(5);
        double[] noise = random.doubles((long) sizes.thoughtTokens() * sizes.stepRows() * TinyModel.VOCAB)
                .map(u -> -Math.log(-Math.log(u)))
                .toArray();
        return Nd4j.createFromArray(noise)
                .reshape(sizes.thoughtTokens(), sizes.batch(), sizes.thoughts(), sizes.length(), TinyModel.VOCAB);
    }

    private static int[] draw(TinyModel tiny, int[] text, INDArray gumbel) {
        ThoughtSizes sizes = tiny.sizes();
        INDArray drawn = Nd4j.zeros(DataType.INT32, (long) sizes.thoughtTokens() * sizes.stepRows());
        try (var rollout = new Rollout(
                tiny.model(), sizes, 1.5, new ThoughtSampling.GivenNoise(1), tiny.bannedIds(), tiny.parameters())) {
            rollout.draw(
                    Nd4j.createFromArray(text),
                    (token, noise) -> noise.assign(gumbel.slice(token).reshape(noise.shape())),
                    drawn);
        }
        return drawn.toIntVector();
    }

    private static String json(TinyModel tiny) throws IOException {
        ThoughtSizes sizes = tiny.sizes();
        Map<String, Object> config = new LinkedHashMap<>();
        config.putAll(Map.of("vocab", TinyModel.VOCAB, "dim", 8, "layers", 2, "heads", 4, "kv", 2, "ffn", 12));
        config.putAll(Map.of("T", sizes.thoughtTokens(), "A", sizes.lookahead(), "N", sizes.thoughts()));
        config.putAll(Map.of("rope_theta", 100, "eps", 1e-5, "tied", false, "mix_act", "none", "sample_temp", 1));
        config.putAll(Map.of("reinforce_temp", 2, "positive_only", false, "reward", "talk"));
        config.putAll(Map.of("reward_trim", tiny.loss().rewardTrim(), "w_base", 0.5, "w_talk", 0.5, "w_policy", 1));
        config.putAll(Map.of("pad_id", TinyModel.PAD, "ban_ids", List.of(1), "think_scale", 1.5));
        return new ObjectMapper()
                .writeValueAsString(
                        Map.of("config", config, "B", sizes.batch(), "L", sizes.length(), "losses_f64", Map.of()));
    }

    private void write(String name, Map<String, INDArray> arrays) {
        Safetensors.write(folder.resolve(name + ".safetensors"), arrays, Map.of());
    }

    private static INDArray rows(INDArray x, int from, int to) {
        return x.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c');
    }

    private static Map<String, INDArray> activations(TinyModel tiny, LearningBatch batch) {
        ThoughtSizes sizes = tiny.sizes();
        QuietStarGraph graph = tiny.graph();
        List<String> outputs = new ArrayList<>(tiny.stateNames());
        outputs.addAll(List.of(
                QuietStarGraph.REWARD,
                QuietStarGraph.ADVANTAGE,
                QuietStarGraph.LOG_POLICY,
                QuietStarGraph.BASE_LOGITS,
                QuietStarGraph.MIXED_LOGITS,
                QuietStarGraph.MIX_WEIGHT));
        int b = sizes.batch();
        int l = sizes.length();
        int n = sizes.thoughts();
        Map<String, INDArray> acts = new LinkedHashMap<>();
        try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), outputs)) {
            plan.run();
            INDArray last = plan.output(DecoderNames.FINAL);
            acts.put(
                    "text.h1",
                    rows(plan.output(DecoderNames.state(1)), 0, b * l).reshape(b, l, 8));
            acts.put(
                    "text.logits", plan.output(QuietStarGraph.BASE_LOGITS).dup().reshape(b, l, TinyModel.VOCAB));
            int end = sizes.thoughtTokens() + 1;
            acts.put(
                    "slot" + end + ".final",
                    rows(last, sizes.firstRowOfStep(end + 1), sizes.firstRowOfStep(end + 2))
                            .reshape((long) b * n, l, 8));
            for (int k = 0; k < sizes.lookahead(); k++) {
                int first = k * sizes.stepRows();
                INDArray logits = rows(plan.output(QuietStarGraph.MIXED_LOGITS), first, first + sizes.stepRows());
                INDArray w = rows(plan.output(QuietStarGraph.MIX_WEIGHT), first, first + sizes.stepRows());
                var valid = NDArrayIndex.interval(0, l - 1 - k);
                acts.put(
                        "mixed" + k + ".logits",
                        logits.reshape((long) b * n, l, TinyModel.VOCAB)
                                .get(NDArrayIndex.all(), valid, NDArrayIndex.all())
                                .dup('c'));
                acts.put(
                        "mixed" + k + ".w",
                        w.reshape((long) b * n, l)
                                .get(NDArrayIndex.all(), valid)
                                .dup('c'));
            }
            var rewarded =
                    NDArrayIndex.interval(0, l - sizes.lookahead() - tiny.loss().rewardTrim());
            for (var entry : Map.of("reward", QuietStarGraph.REWARD, "adv", QuietStarGraph.ADVANTAGE)
                    .entrySet()) {
                acts.put(
                        entry.getKey(),
                        plan.output(entry.getValue())
                                .get(NDArrayIndex.all(), NDArrayIndex.all(), rewarded)
                                .dup('c'));
            }
            acts.put("act", plan.output(QuietStarGraph.LOG_POLICY).dup());
        }
        return acts;
    }

    private static Map<String, INDArray> gradients(TinyModel tiny, LearningBatch batch) {
        QuietStarGraph graph = tiny.graph();
        String loss = QuietStarGraph.THOUGHT_LOSS;
        var gradient = GradientGraph.of(graph.graph(), loss, graph.parameterNames());
        try (var plan = StaticPlan.compile(
                gradient.function(), graph.graph(), batch.inputs(), gradient.outputs(List.of(loss)))) {
            plan.run();
            Map<String, INDArray> all = new LinkedHashMap<>();
            graph.parameterNames()
                    .forEach(name ->
                            all.put(name, plan.output(gradient.gradientOf(name)).dup('c')));
            return all;
        }
    }
}
