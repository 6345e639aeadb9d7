package org.quietstar.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.Backend;
import org.quietstar.safetensors.SafetensorsReader;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.QuietStarLoss;
import org.quietstar.thought.ReferenceObjective;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtSampler;
import org.quietstar.thought.TokenRules;

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
    private final ThoughtLayout layout;
    private final Parameters parameters;
    private final LearningInputs batch;
    private final int[] lengths;
    private final List<Row> rows = new ArrayList<>();

    private GoldenCheck(Path folder) {
        this.folder = folder;
        this.settings = GoldenSettings.read(folder);
        this.layout = settings.sizes();
        this.parameters = new Parameters(read("weights.safetensors", DataType.DOUBLE));
        this.batch = new LearningInputs(layout, settings.loss().rewardTrim(), settings.padId(), DataType.DOUBLE);
        this.lengths = new int[layout.batch()];
        Arrays.fill(lengths, layout.length());
    }

    /**
     * Runs every comparison that the folder has numbers for.
     *
     * @throws QuietStarException where a file is missing or damaged
     */
    public static List<Row> run(Path folder) {
        Backend.require("auto");
        var check = new GoldenCheck(folder);
        try (SafetensorsReader inputs = SafetensorsReader.open(folder.resolve("inputs.safetensors"))) {
            int[] ids = inputs.read("x", DataType.INT32).reshape(-1).toIntVector();
            var counts = check.batch.counts(check.lengths);
            check.batch.setText(ids, check.lengths, counts);
            INDArray tokens = inputs.read("tokens", DataType.INT32);
            check.batch.sampled().assign(tokens.reshape(-1));
            check.batch.takeSampled();
            check.forward();
            check.gradients();
            check.step();
            check.noise(inputs.read("gumbel", DataType.DOUBLE), tokens.reshape(-1));
        }
        return List.copyOf(check.rows);
    }

    private Map<String, INDArray> read(String file, DataType type) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try (SafetensorsReader tensors = SafetensorsReader.open(folder.resolve(file))) {
            for (String name : tensors.names()) {
                arrays.put(name, tensors.read(name, type));
            }
        }
        return arrays;
    }

    private ThinkingModel model() {
        return ThinkingModel.of(
                settings.model(), settings.thought(), parameters, TokenRules.never(settings.bannedIds()));
    }

    private LossSpec loss() {
        return new LossSpec(settings.loss(), settings.weights(), Optional.empty());
    }

    private ReferenceObjective objective() {
        return new ReferenceObjective(model(), loss(), layout);
    }

    /** The training step's own way to the same numbers: forward in pieces, backward in two. */
    private void step() {
        Path file = folder.resolve("grads_total.safetensors");
        if (!Files.exists(file)) {
            return;
        }
        Map<String, INDArray> recorded = read(file.getFileName().toString(), DataType.DOUBLE);
        try (var step = new LearningStep(model(), loss(), new ThoughtSampler.GivenTokens(), batch)) {
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
        ReferenceObjective objective = objective();
        List<String> outputs = new ArrayList<>(List.of(
                ReferenceObjective.LOSS,
                QuietStarLoss.BASE_LOSS,
                QuietStarLoss.THOUGHT_LOSS,
                ReferenceObjective.POLICY_LOSS,
                QuietStarLoss.THOUGHT_NLL,
                QuietStarLoss.BASE_LOGITS,
                ReferenceObjective.THOUGHT_LOGITS,
                QuietStarLoss.MIXED_LOGITS,
                QuietStarLoss.MIX_WEIGHT,
                QuietStarLoss.REWARD,
                QuietStarLoss.ADVANTAGE,
                ReferenceObjective.LOG_POLICY,
                DecoderNames.FINAL));
        for (int i = 0; i <= settings.model().layers(); i++) {
            outputs.add(DecoderNames.state(i));
        }
        try (var plan = StaticPlan.compile(objective.graph(), batch.inputs(), outputs)) {
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
        names.put("loss", ReferenceObjective.LOSS);
        names.put("loss_base", QuietStarLoss.BASE_LOSS);
        names.put("loss_talk", QuietStarLoss.THOUGHT_LOSS);
        names.put("loss_policy", ReferenceObjective.POLICY_LOSS);
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
        Map<String, INDArray> ours = new LinkedHashMap<>();
        putStates(ours, plan);
        putThoughtLogits(ours, plan);
        putMixed(ours, plan);
        long rewarded =
                layout.rewardedPositions(layout.length(), settings.loss().rewardTrim());
        var positions = NDArrayIndex.interval(0, rewarded);
        ours.put("reward", plan.output(QuietStarLoss.REWARD).get(NDArrayIndex.all(), NDArrayIndex.all(), positions));
        ours.put("adv", plan.output(QuietStarLoss.ADVANTAGE).get(NDArrayIndex.all(), NDArrayIndex.all(), positions));
        ours.put("act", plan.output(ReferenceObjective.LOG_POLICY));
        return ours;
    }

    /** The residual stream of the text and of every slot, after each layer and at the end. */
    private void putStates(Map<String, INDArray> ours, StaticPlan plan) {
        long b = layout.batch();
        long l = layout.length();
        long d = settings.model().hiddenSize();
        for (int i = 0; i <= settings.model().layers() + 1; i++) {
            boolean last = i > settings.model().layers();
            INDArray states = plan.output(last ? DecoderNames.FINAL : DecoderNames.state(i));
            String suffix = last ? ".final" : ".h" + i;
            ours.put("text" + suffix, rows(states, 0, layout.textRows()).reshape(b, l, d));
            for (int a = 1; a <= layout.slots(); a++) {
                INDArray slot = rows(states, layout.firstRowOfSlot(a), layout.firstRowOfSlot(a + 1));
                ours.put("slot" + (a - 1) + suffix, slot.reshape(b * layout.thoughts(), l, d));
            }
        }
    }

    private void putThoughtLogits(Map<String, INDArray> ours, StaticPlan plan) {
        long b = layout.batch();
        long l = layout.length();
        long v = settings.model().vocabSize();
        ours.put("text.logits", plan.output(QuietStarLoss.BASE_LOGITS).reshape(b, l, v));
        for (int t = 0; t < layout.thoughtTokens(); t++) {
            INDArray logits = rows(
                            plan.output(ReferenceObjective.THOUGHT_LOGITS),
                            t * layout.slotRows(),
                            (t + 1) * layout.slotRows())
                    .dup();
            settings.bannedIds().forEach(id -> logits.getColumn(id).assign(BANNED_LOGIT));
            ours.put("slot" + t + ".logits", logits.reshape(b * layout.thoughts(), l, v));
        }
    }

    /** Mixed logits, weights and NLL after a thought, of the positions that have the label. */
    private void putMixed(Map<String, INDArray> ours, StaticPlan plan) {
        long blocks = (long) layout.batch() * layout.thoughts();
        long l = layout.length();
        long v = settings.model().vocabSize();
        ours.put("talk_k", Nd4j.zeros(DataType.DOUBLE, layout.lookahead()));
        for (int k = 0; k < layout.lookahead(); k++) {
            long valid = l - 1 - k;
            int from = k * layout.slotRows();
            int to = from + layout.slotRows();
            INDArray logits = rows(plan.output(QuietStarLoss.MIXED_LOGITS), from, to);
            ours.put("mixed" + k + ".logits", firstPositions(logits.reshape(blocks, l, v), valid));
            INDArray w = rows(plan.output(QuietStarLoss.MIX_WEIGHT), from, to);
            ours.put("mixed" + k + ".w", firstPositions(w.reshape(blocks, l), valid));
            INDArray nll = plan.output(QuietStarLoss.THOUGHT_NLL).slice(k).reshape(blocks, l);
            ours.get("talk_k")
                    .putScalar(k, firstPositions(nll, valid).meanNumber().doubleValue());
        }
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
        parts.put("total", ReferenceObjective.LOSS);
        parts.put("base", QuietStarLoss.BASE_LOSS);
        parts.put("talk", QuietStarLoss.THOUGHT_LOSS);
        parts.put("policy", ReferenceObjective.POLICY_LOSS);
        parts.forEach((part, loss) -> {
            Path file = folder.resolve("grads_" + part + ".safetensors");
            if (Files.exists(file)) {
                gradients(part, loss, read(file.getFileName().toString(), DataType.DOUBLE));
            }
        });
    }

    private void gradients(String part, String loss, Map<String, INDArray> recorded) {
        ReferenceObjective objective = objective();
        var gradients = GradientFunction.of(objective.graph(), loss, objective.parameterNames());
        try (var plan = StaticPlan.compile(gradients, batch.inputs(), gradients.outputs(List.of(loss)))) {
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
        INDArray sampled = Nd4j.zeros(DataType.INT32, expected.length());
        try (var rollout = new Rollout(model(), layout, new ThoughtSampler.GivenNoise(settings.sampleTemperature()))) {
            long v = settings.model().vocabSize();
            rollout.sample(
                    batch.text(),
                    (token, noise) -> noise.assign(gumbel.slice(token).reshape(layout.slotRows(), v)),
                    sampled);
        }
        compare(
                "tokens drawn with the recorded noise",
                sampled.castTo(DataType.DOUBLE),
                expected.castTo(DataType.DOUBLE));
    }

    private void compare(String name, INDArray ours, INDArray expected) {
        if (ours.length() != expected.length()) {
            throw new QuietStarException(folder + ": '" + name + "' has shape " + Arrays.toString(expected.shape())
                    + ", but golden.json's layout give " + Arrays.toString(ours.shape()));
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
