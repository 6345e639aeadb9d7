package org.quietstar.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.model.SafetensorsFile;
import org.quietstar.runtime.Backend;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;
import org.quietstar.thought.LabelCounts;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.QuietStarSetup;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThoughtSampling;
import org.quietstar.thought.ThoughtSizes;

/**
 * Holds the product's own graphs, in double precision, against numbers that an independent program recorded: losses,
 * activations and gradients with the recorded thoughts, then the thoughts that the recorded noise gives.
 */
public final class GoldenCheck {
    /**
     * One comparison.
     *
     * @param error largest |ours − recorded| / max(|recorded|, 1e-4 · largest |recorded| of the tensor)
     */
    public record Row(String name, double error) {}

    private static final double FLOOR = 1e-4;
    private static final double BANNED_LOGIT = -1e10;

    private final Path folder;
    private final GoldenSettings settings;
    private final ThoughtSizes sizes;
    private final Parameters parameters;
    private final LearningBatch batch;
    private final int[] lengths;
    private final List<Row> rows = new ArrayList<>();

    private GoldenCheck(Path folder) {
        this.folder = folder;
        this.settings = GoldenSettings.read(folder);
        this.sizes = settings.sizes();
        this.parameters = new Parameters(read("weights.safetensors", DataType.DOUBLE));
        this.batch = new LearningBatch(sizes, settings.loss().rewardTrim(), settings.padId(), DataType.DOUBLE);
        this.lengths = new int[sizes.batch()];
        Arrays.fill(lengths, sizes.length());
    }

    /**
     * Runs every comparison that the folder has numbers for.
     *
     * @throws QuietStarException where a file is missing or damaged
     */
    public static List<Row> run(Path folder) {
        Backend.require("auto");
        var check = new GoldenCheck(folder);
        try (SafetensorsFile inputs = SafetensorsFile.open(folder.resolve("inputs.safetensors"))) {
            int[] ids = inputs.read("x", DataType.INT32).reshape(-1).toIntVector();
            var counts = LabelCounts.of(
                    check.lengths,
                    check.sizes.lookahead(),
                    check.settings.loss().rewardTrim());
            check.batch.setText(ids, check.lengths, counts);
            INDArray tokens = inputs.read("tokens", DataType.INT32);
            check.batch.drawn().assign(tokens.reshape(-1));
            check.batch.takeDrawn();
            check.forward();
            check.gradients();
            check.step();
            check.noise(inputs.read("gumbel", DataType.DOUBLE), tokens.reshape(-1));
        }
        return List.copyOf(check.rows);
    }

    private Map<String, INDArray> read(String file, DataType type) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve(file))) {
            for (String name : tensors.names()) {
                arrays.put(name, tensors.read(name, type));
            }
        }
        return arrays;
    }

    private QuietStarSetup setup() {
        return new QuietStarSetup(
                settings.model(),
                settings.thought(),
                settings.loss(),
                settings.weights(),
                sizes,
                settings.bannedIds(),
                parameters);
    }

    private QuietStarGraph graph() {
        return new QuietStarGraph(setup());
    }

    /** The training step's own way to the same numbers: forward in pieces, backward in two. */
    private void step() {
        Path file = folder.resolve("grads_total.safetensors");
        if (!Files.exists(file)) {
            return;
        }
        Map<String, INDArray> recorded = read(file.getFileName().toString(), DataType.DOUBLE);
        try (var step = new LearningStep(setup(), new ThoughtSampling.GivenTokens(), batch)) {
            step.run(
                    (token, noise) -> {},
                    gradients -> recorded.forEach((name, expected) -> compare(
                            "step grad " + name,
                            gradients.getOrDefault(name, Nd4j.zeros(DataType.DOUBLE, expected.shape())),
                            expected)));
            if (settings.losses().has("loss")) {
                INDArray expected = Nd4j.scalar(
                        DataType.DOUBLE, settings.losses().get("loss").doubleValue());
                compare("step loss", Nd4j.scalar(DataType.DOUBLE, step.loss()), expected);
            }
        }
    }

    private void forward() {
        QuietStarGraph graph = graph();
        List<String> outputs = new ArrayList<>(List.of(
                QuietStarGraph.LOSS,
                QuietStarGraph.BASE_LOSS,
                QuietStarGraph.THOUGHT_LOSS,
                QuietStarGraph.POLICY_LOSS,
                QuietStarGraph.THOUGHT_NLL,
                QuietStarGraph.BASE_LOGITS,
                QuietStarGraph.THOUGHT_LOGITS,
                QuietStarGraph.MIXED_LOGITS,
                QuietStarGraph.MIX_WEIGHT,
                QuietStarGraph.REWARD,
                QuietStarGraph.ADVANTAGE,
                QuietStarGraph.LOG_POLICY,
                DecoderNames.FINAL));
        for (int i = 0; i <= settings.model().layers(); i++) {
            outputs.add(DecoderNames.state(i));
        }
        try (var plan = StaticPlan.compile(graph.graph(), graph.graph(), batch.inputs(), outputs)) {
            plan.run();
            losses(plan);
            Map<String, INDArray> recorded = read("acts.safetensors", DataType.DOUBLE);
            Map<String, INDArray> ours = activations(plan);
            recorded.forEach((name, expected) -> {
                if (!ours.containsKey(name)) {
                    throw new QuietStarException(folder.resolve("acts.safetensors") + ": '" + name
                            + "' is not an activation that this program knows; known are " + ours.keySet());
                }
                compare("act " + name, ours.get(name), expected);
            });
        }
    }

    private void losses(StaticPlan plan) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("loss", QuietStarGraph.LOSS);
        names.put("loss_base", QuietStarGraph.BASE_LOSS);
        names.put("loss_talk", QuietStarGraph.THOUGHT_LOSS);
        names.put("loss_policy", QuietStarGraph.POLICY_LOSS);
        names.forEach((theirs, ours) -> {
            if (settings.losses().has(theirs)) {
                INDArray expected = Nd4j.scalar(
                        DataType.DOUBLE, settings.losses().get(theirs).doubleValue());
                compare("loss " + theirs, plan.output(ours), expected);
            }
        });
    }

    /** Our activations under the recorded names. */
    private Map<String, INDArray> activations(StaticPlan plan) {
        long b = sizes.batch();
        long p = sizes.thoughts();
        long l = sizes.length();
        long d = settings.model().hiddenSize();
        long v = settings.model().vocabSize();
        Map<String, INDArray> ours = new LinkedHashMap<>();
        for (int i = 0; i <= settings.model().layers() + 1; i++) {
            boolean last = i > settings.model().layers();
            INDArray states = plan.output(last ? DecoderNames.FINAL : DecoderNames.state(i));
            String suffix = last ? ".final" : ".h" + i;
            ours.put("text" + suffix, rows(states, 0, sizes.textRows()).reshape(b, l, d));
            for (int a = 1; a <= sizes.steps(); a++) {
                INDArray step = rows(states, sizes.firstRowOfStep(a), sizes.firstRowOfStep(a + 1));
                ours.put("slot" + (a - 1) + suffix, step.reshape(b * p, l, d));
            }
        }
        ours.put("text.logits", plan.output(QuietStarGraph.BASE_LOGITS).reshape(b, l, v));
        for (int t = 0; t < sizes.thoughtTokens(); t++) {
            INDArray logits = rows(
                            plan.output(QuietStarGraph.THOUGHT_LOGITS),
                            t * sizes.stepRows(),
                            (t + 1) * sizes.stepRows())
                    .dup();
            settings.bannedIds().forEach(id -> logits.getColumn(id).assign(BANNED_LOGIT));
            ours.put("slot" + t + ".logits", logits.reshape(b * p, l, v));
        }
        ours.put("talk_k", Nd4j.zeros(DataType.DOUBLE, sizes.lookahead()));
        for (int k = 0; k < sizes.lookahead(); k++) {
            long valid = l - 1 - k;
            INDArray logits =
                    rows(plan.output(QuietStarGraph.MIXED_LOGITS), k * sizes.stepRows(), (k + 1) * sizes.stepRows());
            ours.put("mixed" + k + ".logits", firstPositions(logits.reshape(b * p, l, v), valid));
            INDArray w = rows(plan.output(QuietStarGraph.MIX_WEIGHT), k * sizes.stepRows(), (k + 1) * sizes.stepRows());
            ours.put("mixed" + k + ".w", firstPositions(w.reshape(b * p, l), valid));
            INDArray nll = plan.output(QuietStarGraph.THOUGHT_NLL).slice(k).reshape(b * p, l);
            ours.get("talk_k")
                    .putScalar(k, firstPositions(nll, valid).meanNumber().doubleValue());
        }
        long rewarded = l - sizes.lookahead() - settings.loss().rewardTrim();
        ours.put(
                "reward",
                plan.output(QuietStarGraph.REWARD)
                        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, rewarded)));
        ours.put(
                "adv",
                plan.output(QuietStarGraph.ADVANTAGE)
                        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, rewarded)));
        ours.put("act", plan.output(QuietStarGraph.LOG_POLICY));
        return ours;
    }

    private static INDArray rows(INDArray x, int from, int to) {
        return x.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    private static INDArray firstPositions(INDArray x, long count) {
        return x.rank() == 2
                ? x.get(NDArrayIndex.all(), NDArrayIndex.interval(0, count))
                : x.get(NDArrayIndex.all(), NDArrayIndex.interval(0, count), NDArrayIndex.all());
    }

    private void gradients() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("total", QuietStarGraph.LOSS);
        parts.put("base", QuietStarGraph.BASE_LOSS);
        parts.put("talk", QuietStarGraph.THOUGHT_LOSS);
        parts.put("policy", QuietStarGraph.POLICY_LOSS);
        parts.forEach((part, loss) -> {
            Path file = folder.resolve("grads_" + part + ".safetensors");
            if (Files.exists(file)) {
                gradients(part, loss, read(file.getFileName().toString(), DataType.DOUBLE));
            }
        });
    }

    private void gradients(String part, String loss, Map<String, INDArray> recorded) {
        QuietStarGraph graph = graph();
        var gradients = GradientGraph.of(graph.graph(), loss, graph.parameterNames());
        try (var plan = StaticPlan.compile(
                gradients.function(), graph.graph(), batch.inputs(), gradients.outputs(List.of(loss)))) {
            plan.run();
            recorded.forEach((name, expected) -> {
                INDArray ours = gradients.dependsOn(name)
                        ? plan.output(gradients.gradientOf(name))
                        : Nd4j.zeros(DataType.DOUBLE, expected.shape());
                compare("grad " + part + " " + name, ours, expected);
            });
        }
    }

    /** Draws thoughts with the recorded noise [T, B, P, L, V] and compares them with the recorded ones. */
    private void noise(INDArray gumbel, INDArray expected) {
        INDArray drawn = Nd4j.zeros(DataType.INT32, expected.length());
        try (var rollout = new Rollout(
                settings.model(),
                sizes,
                settings.thought().embeddingScale(),
                new ThoughtSampling.GivenNoise(settings.sampleTemperature()),
                settings.bannedIds(),
                parameters)) {
            long v = settings.model().vocabSize();
            rollout.draw(
                    batch.text(),
                    (token, noise) -> noise.assign(gumbel.slice(token).reshape(sizes.stepRows(), v)),
                    drawn);
        }
        compare(
                "tokens drawn with the recorded noise",
                drawn.castTo(DataType.DOUBLE),
                expected.castTo(DataType.DOUBLE));
    }

    private void compare(String name, INDArray ours, INDArray expected) {
        if (ours.length() != expected.length()) {
            throw new QuietStarException(folder + ": '" + name + "' has shape " + Arrays.toString(expected.shape())
                    + ", but golden.json's sizes give " + Arrays.toString(ours.shape()));
        }
        double[] a = ours.dup('c').reshape(ours.length()).toDoubleVector();
        double[] b = expected.dup('c').reshape(expected.length()).toDoubleVector();
        double largest = Arrays.stream(b).map(Math::abs).max().orElse(0);
        double error = 0;
        for (int i = 0; i < a.length; i++) {
            double scale = Math.max(Math.abs(b[i]), FLOOR * largest);
            double difference = Math.abs(a[i] - b[i]) / (scale > 0 ? scale : 1);
            error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
        }
        rows.add(new Row(name, error));
    }
}
