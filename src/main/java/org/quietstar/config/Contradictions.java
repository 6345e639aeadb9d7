package org.quietstar.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/** Rules between keys, each of them fine alone. Every error names both keys, both values and where they were written. */
final class Contradictions {
    private final Layers layers;

    private Contradictions(Layers layers) {
        this.layers = layers;
    }

    /** Throws for the first pair of keys of {@code config} that cannot hold together. */
    static void check(RunConfig config, Layers layers) {
        var rules = new Contradictions(layers);
        rules.model(config.model());
        rules.tokenizer(config.tokenizer());
        LoraConfig adapters = null;
        for (StageConfig stage : config.stages()) {
            Map<String, Layers.Setting> settings =
                    layers.inForce(layers.stages().get(stage.name()));
            rules.positions(stage, config.model(), settings);
            rules.schedule(stage, settings);
            rules.heldOut(stage, settings);
            rules.adapters(stage, adapters, settings);
            adapters = stage.train().lora().isOn() ? stage.train().lora() : adapters;
            if (stage.train().mode().equals("quiet-star")) {
                rules.thoughts(stage, settings);
            }
        }
    }

    private void model(ModelConfig model) {
        if (model.heads() % model.kvHeads() != 0) {
            throw conflict(layers.run(), "model.kvHeads must divide model.heads", "model.heads", "model.kvHeads");
        }
        if (model.headDim() == 0 && model.hiddenSize() % model.heads() != 0) {
            throw conflict(
                    layers.run(),
                    "model.heads must divide model.hiddenSize where model.headDim is 0; or set model.headDim",
                    "model.hiddenSize",
                    "model.heads");
        }
        if (model.headDim() % 2 != 0) {
            throw conflict(
                    layers.run(), "rotary positions turn pairs, so the width of a head is even", "model.headDim");
        }
        if (model.headDim() == 0 && model.hiddenSize() / model.heads() % 2 != 0) {
            throw conflict(
                    layers.run(),
                    "rotary positions turn pairs, so model.hiddenSize / model.heads (here "
                            + model.hiddenSize() / model.heads() + ") is even",
                    "model.hiddenSize",
                    "model.heads");
        }
        if (model.ropeScalingFactor() > 1 && model.ropeLowFrequencyFactor() >= model.ropeHighFrequencyFactor()) {
            throw conflict(
                    layers.run(),
                    "model.ropeLowFrequencyFactor is below model.ropeHighFrequencyFactor",
                    "model.ropeLowFrequencyFactor",
                    "model.ropeHighFrequencyFactor");
        }
    }

    private void tokenizer(TokenizerConfig tokenizer) {
        boolean wantsFile = tokenizer.kind().equals("huggingface");
        if (wantsFile && tokenizer.path().isEmpty()) {
            throw conflict(
                    layers.run(),
                    "kind huggingface needs the path of a tokenizer.json",
                    "tokenizer.kind",
                    "tokenizer.path");
        }
        if (!wantsFile && !tokenizer.path().isEmpty()) {
            throw conflict(
                    layers.run(),
                    "kind byte loads no file; write kind: huggingface, or delete the path",
                    "tokenizer.kind",
                    "tokenizer.path");
        }
    }

    private void positions(StageConfig stage, ModelConfig model, Map<String, Layers.Setting> settings) {
        long text = stage.data().sequenceLength();
        boolean thinks = stage.train().mode().equals("quiet-star");
        if (!thinks && text > model.maxPositions()) {
            throw conflict(
                    settings,
                    "a sequence has at most model.maxPositions tokens",
                    "data.sequenceLength",
                    "model.maxPositions");
        }
        long last = text + stage.thought().thoughtTokens() + stage.thought().lookahead() + 1;
        if (thinks && last > model.maxPositions()) {
            throw conflict(
                    settings,
                    "the thought of the last token reaches position sequenceLength + thoughtTokens + lookahead + 1 = "
                            + last + ", at most model.maxPositions",
                    "data.sequenceLength",
                    "thought.thoughtTokens",
                    "thought.lookahead",
                    "model.maxPositions");
        }
    }

    private void schedule(StageConfig stage, Map<String, Layers.Setting> settings) {
        boolean ends = !stage.optimizer().schedule().equals("constant");
        int steps = stage.train().steps();
        if (ends && steps > 0 && stage.optimizer().warmupSteps() > steps) {
            throw conflict(
                    settings,
                    "the warm-up of a linear or cosine schedule ends within train.steps",
                    "optimizer.warmupSteps",
                    "train.steps",
                    "optimizer.schedule");
        }
    }

    /** @param earlier adapters of the stages before, null where there are none */
    private void adapters(StageConfig stage, LoraConfig earlier, Map<String, Layers.Setting> settings) {
        LoraConfig lora = stage.train().lora();
        if (lora.isOn() && lora.targets().isEmpty()) {
            throw conflict(
                    settings,
                    "adapters need maps to stand beside, such as [q_proj, v_proj]",
                    "train.lora.rank",
                    "train.lora.targets");
        }
        if (earlier != null && !earlier.equals(lora)) {
            throw conflict(
                    settings,
                    "adapters stay for the rest of the run: every stage after one with adapters has the same "
                            + "train.lora, here " + earlier,
                    "train.lora.rank",
                    "train.lora.alpha",
                    "train.lora.targets");
        }
    }

    private void heldOut(StageConfig stage, Map<String, Layers.Setting> settings) {
        DataConfig data = stage.data();
        boolean none = data.validation().isEmpty() && data.validationFraction() == 0;
        if (none && stage.train().evaluateEvery() > 0) {
            throw conflict(
                    settings,
                    "measuring held-out loss needs held-out text: data.validation, or data.validationFraction above 0",
                    "train.evaluateEvery",
                    "data.validation",
                    "data.validationFraction");
        }
    }

    private void thoughts(StageConfig stage, Map<String, Layers.Setting> settings) {
        long needed = (long) stage.thought().lookahead() + stage.loss().rewardTrim() + 1;
        if (stage.data().sequenceLength() <= needed) {
            throw conflict(
                    settings,
                    "no position would have all its targets; data.sequenceLength is above lookahead + rewardTrim + 1 = "
                            + needed,
                    "data.sequenceLength",
                    "thought.lookahead",
                    "loss.rewardTrim");
        }
        LossConfig loss = stage.loss();
        if (loss.rewardBaseline().equals("none") && loss.clampNegative() && loss.policyWeight() > 0) {
            throw conflict(
                    settings,
                    "a log-likelihood is never positive, so clamped at zero it rewards nothing; with rewardBaseline "
                            + "none write clampNegative: false",
                    "loss.rewardBaseline",
                    "loss.clampNegative");
        }
    }

    private QuietStarException conflict(Map<String, Layers.Setting> settings, String rule, String... paths) {
        var written = new LinkedHashMap<String, Layers.Setting>();
        Arrays.stream(paths).forEach(path -> written.put(path, settings.get(path)));
        Origin place = written.values().stream()
                .filter(Objects::nonNull)
                .map(Layers.Setting::origin)
                .reduce((a, b) -> a instanceof Origin.Argument ? a : b)
                .orElse(new Origin.FileLine(layers.source(), 0));
        String keys = written.entrySet().stream()
                .map(entry -> describe(Schema.key(entry.getKey()), entry.getValue(), place))
                .collect(Collectors.joining(" and "));
        String verdict = paths.length > 1 ? " contradict each other; allowed: " : " is not possible; allowed: ";
        return new QuietStarException(place.place() + ": " + keys + verdict + rule);
    }

    private static String describe(KeySpec key, Layers.Setting setting, Origin named) {
        if (setting == null) {
            return key.path() + " " + Shown.yaml(key.defaultValue()) + " (default)";
        }
        String where = named instanceof Origin.FileLine
                ? setting.origin().brief()
                : setting.origin().place();
        return setting.path() + " " + Shown.yaml(setting.value()) + " (" + where + ")";
    }
}
