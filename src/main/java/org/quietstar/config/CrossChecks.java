package org.quietstar.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.CheckpointConfig.BestBy;
import org.quietstar.config.LossConfig.RewardBaseline;
import org.quietstar.config.OptimizerConfig.LrSchedule;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.KeySpec;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.SettingLayers;

/** Rules between keys, each of them fine alone. Every error names both keys, both values and where they were written. */
final class CrossChecks {
    private final SettingLayers layers;

    private CrossChecks(SettingLayers layers) {
        this.layers = layers;
    }

    /** Throws for the first pair of keys of {@code config} that cannot hold together. */
    static void check(RunConfig config, SettingLayers layers) {
        var rules = new CrossChecks(layers);
        rules.model(config.model());
        rules.tokenizer(config.tokenizer());
        rules.evaluation(config.evaluation());
        for (int i = 0; i < config.stages().size(); i++) {
            StageConfig stage = config.stages().get(i);
            Map<String, SettingLayers.Setting> settings =
                    layers.inForce(layers.stages().get(stage.name()));
            rules.positions(stage, config.model(), settings);
            rules.schedule(stage, settings);
            rules.heldOut(stage, settings);
            rules.tasks(config, stage, settings);
            rules.adapters(stage, settings);
            int parent = config.parent(i);
            if (parent >= 0) {
                rules.adaptersStay(config.stages().get(parent).train().lora(), stage, settings);
            }
            if (stage.thinks()) {
                rules.thoughts(stage, settings);
                rules.oneMixingHead(config, i, settings);
                rules.oneKindOfThought(config, i, settings);
            }
            if (stage.distills()) {
                rules.teacher(config, i, settings);
            }
            if (stage.isStar()) {
                rules.star(stage, settings);
            }
            if (stage.thinks() && !stage.pauses()) {
                rules.rewards(stage, settings);
                rules.policyShare(stage, settings);
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
        boolean wantsFile = tokenizer.kind() == TokenizerKind.HUGGINGFACE;
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

    private void evaluation(EvaluationConfig evaluation) {
        if (evaluation.thoughtSamples() > 1 && evaluation.thoughtTemperature() == 0) {
            throw conflict(
                    layers.run(),
                    "greedy thoughts are all the same; write thoughtTemperature: 1, or thoughtSamples: 1",
                    "evaluation.thoughtSamples",
                    "evaluation.thoughtTemperature");
        }
        if (evaluation.taskVotes() > 1 && evaluation.taskTemperature() == 0) {
            throw conflict(
                    layers.run(),
                    "greedy chains of thought are all the same; write taskTemperature: 0.7, or taskVotes: 1",
                    "evaluation.taskVotes",
                    "evaluation.taskTemperature");
        }
    }

    private void positions(StageConfig stage, ModelConfig model, Map<String, SettingLayers.Setting> settings) {
        long text = stage.data().sequenceLength();
        boolean thinks = stage.thinks();
        if (!thinks && text > model.maxPositions()) {
            throw conflict(
                    settings,
                    "a sequence has at most model.maxPositions tokens",
                    "data.sequenceLength",
                    "model.maxPositions");
        }
        long last = text + stage.thought().slots();
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

    /** A model is distilled from one that thinks: an earlier stage's, or an export's. */
    private void teacher(RunConfig config, int stage, Map<String, SettingLayers.Setting> settings) {
        StageConfig own = config.stages().get(stage);
        Optional<StageConfig> maker = config.ancestors(stage)
                .mapToObj(config.stages()::get)
                .filter(each -> !each.isPlain())
                .findFirst();
        boolean exported = maker.isEmpty() && !config.model().weights().isEmpty();
        if (!exported && maker.filter(StageConfig::thinks).isEmpty()) {
            throw conflict(
                    settings,
                    "the stage '" + own.name() + "' learns from the thoughts of the model that it starts from, so it"
                            + " continues from a stage of mode quiet-star or pause (from:)",
                    "train.mode");
        }
        ThoughtConfig thinking = maker.map(StageConfig::thought).orElse(own.thought());
        long last = own.data().sequenceLength() + thinking.withLookahead(1).slots();
        if (last > config.model().maxPositions()) {
            throw conflict(
                    settings,
                    "the teacher's thought at the last token reaches position sequenceLength + thoughtTokens + 2 = "
                            + last + ", at most model.maxPositions",
                    "data.sequenceLength",
                    "model.maxPositions");
        }
    }

    private void schedule(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        boolean ends = stage.optimizer().schedule() != LrSchedule.CONSTANT;
        int steps = stage.turnSteps();
        if (ends && steps > 0 && stage.optimizer().warmupSteps() > steps) {
            throw conflict(
                    settings,
                    "the warm-up of a linear or cosine schedule ends within "
                            + (stage.isStar() ? "a turn's steps, train.steps / star.turns = " + steps : "train.steps"),
                    "optimizer.warmupSteps",
                    "train.steps",
                    "optimizer.schedule");
        }
    }

    /** Rationales are of questions, and every turn has the same number of steps. */
    private void star(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        StarConfig star = stage.star();
        if (star.task().isEmpty()) {
            throw conflict(
                    settings,
                    "the stage '" + stage.name() + "' learns from questions; star.task names a task file with them",
                    "train.mode",
                    "star.task");
        }
        if (stage.train().steps() % star.turns() != 0) {
            throw conflict(
                    settings,
                    "train.steps is divided among the turns, so star.turns divides it",
                    "train.steps",
                    "star.turns");
        }
        if (star.rationalises() && !star.isHintWhole()) {
            throw conflict(
                    settings, "a hint has both {prompt} and {answer} in it, or is empty: no second try", "star.hint");
        }
    }

    private void adapters(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        LoraConfig lora = stage.train().lora();
        if (lora.isOn() && lora.targets().isEmpty()) {
            throw conflict(
                    settings,
                    "adapters need maps to stand beside, such as [q_proj, v_proj]",
                    "train.lora.rank",
                    "train.lora.targets");
        }
    }

    /** @param earlier adapters of the stage that this one starts from; by this rule those of all that it continues from */
    private void adaptersStay(LoraConfig earlier, StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        if (earlier.isOn() && !earlier.equals(stage.train().lora())) {
            throw conflict(
                    settings,
                    "adapters stay in the model: every stage that continues from one with adapters has the same "
                            + "train.lora, here " + earlier,
                    "train.lora.rank",
                    "train.lora.alpha",
                    "train.lora.targets");
        }
    }

    private void heldOut(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
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

    private void tasks(RunConfig config, StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        if (stage.train().tasksEvery() > 0 && config.evaluation().tasks().isEmpty()) {
            throw conflict(
                    settings,
                    "there are no tasks to answer; name some, such as tasks: [datasets/tiny/answers.yaml]",
                    "train.tasksEvery",
                    "evaluation.tasks");
        }
        if (config.checkpoint().bestBy() == BestBy.TASKS && !config.answersOnTheWay()) {
            throw conflict(
                    settings,
                    "the best checkpoint by tasks needs tasks that are answered in the course of training; write"
                            + " tasksEvery: 50",
                    "checkpoint.bestBy",
                    "train.tasksEvery");
        }
    }

    private void thoughts(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
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
    }

    private void rewards(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        LossConfig loss = stage.loss();
        if (loss.rewardBaseline() == RewardBaseline.NONE && loss.clampNegative() && loss.policyWeight() > 0) {
            throw conflict(
                    settings,
                    "a log-likelihood is never positive, so clamped at zero it rewards nothing; with rewardBaseline "
                            + "none write clampNegative: false",
                    "loss.rewardBaseline",
                    "loss.clampNegative");
        }
    }

    /** A share is held by the weight, from norms that are measured. */
    private void policyShare(StageConfig stage, Map<String, SettingLayers.Setting> settings) {
        LossConfig loss = stage.loss();
        if (loss.policyShare() == 0) {
            return;
        }
        if (stage.train().gradientNormsEvery() == 0) {
            throw conflict(
                    settings,
                    "a share is held by measured norms; write gradientNormsEvery: 1, or 10 to measure every tenth step",
                    "loss.policyShare",
                    "train.gradientNormsEvery");
        }
        if (loss.policyWeight() != LossConfig.defaults().policyWeight()) {
            throw conflict(
                    settings,
                    "the weight follows from the share; delete one of them",
                    "loss.policyShare",
                    "loss.policyWeight");
        }
    }

    /** The mixing head is made once, by the first of these stages, and a sigmoid's has a bias. */
    private void oneMixingHead(RunConfig config, int stage, Map<String, SettingLayers.Setting> settings) {
        asBefore(
                config,
                stage,
                settings,
                "thought.mixer",
                each -> each.thought().mixer(),
                (earlier, own) -> "the stages '" + earlier + "' and '" + own
                        + "' train one mixing head, so they have the same thought.mixer");
    }

    /** START, END and the mixing head learn for thoughts that say something, or for pauses. */
    private void oneKindOfThought(RunConfig config, int stage, Map<String, SettingLayers.Setting> settings) {
        asBefore(
                config,
                stage,
                settings,
                "train.mode",
                StageConfig::pauses,
                (earlier, own) -> "a model has thoughts or pauses, so the stage '" + own + "' does not continue from '"
                        + earlier + "'; with from: let both start from an earlier stage");
    }

    /**
     * Throws where a stage that this one continues from has thoughts of another kind.
     *
     * @param rule from the names of the earlier and of this stage
     */
    private void asBefore(
            RunConfig config,
            int stage,
            Map<String, SettingLayers.Setting> settings,
            String key,
            Function<StageConfig, Object> kind,
            BinaryOperator<String> rule) {
        StageConfig own = config.stages().get(stage);
        config.ancestors(stage)
                .mapToObj(config.stages()::get)
                .filter(earlier -> earlier.thinks() && !kind.apply(earlier).equals(kind.apply(own)))
                .findFirst()
                .ifPresent(earlier -> {
                    Map<String, SettingLayers.Setting> before =
                            layers.inForce(layers.stages().get(earlier.name()));
                    throw conflict(
                            rule.apply(earlier.name(), own.name()),
                            List.of(new Written(before, key), new Written(settings, key)));
                });
    }

    private QuietStarException conflict(Map<String, SettingLayers.Setting> settings, String rule, String... paths) {
        return conflict(
                rule,
                Arrays.stream(paths).map(path -> new Written(settings, path)).toList());
    }

    private QuietStarException conflict(String rule, List<Written> written) {
        Origin place = written.stream()
                .flatMap(each -> each.setting().stream())
                .map(SettingLayers.Setting::origin)
                .reduce((a, b) -> a instanceof Origin.Argument ? a : b)
                .orElse(new Origin.FileLine(layers.source(), 0));
        String keys = written.stream().map(each -> each.describe(place)).collect(Collectors.joining(" and "));
        String verdict = written.size() > 1 ? " contradict each other; allowed: " : " is not possible; allowed: ";
        return new QuietStarException(place.place() + ": " + keys + verdict + rule);
    }

    /** A key among the settings in force during some stage. */
    private record Written(Map<String, SettingLayers.Setting> settings, String path) {
        Optional<SettingLayers.Setting> setting() {
            return Optional.ofNullable(settings.get(path));
        }

        /** @param named the place that the message names already */
        String describe(Origin named) {
            if (setting().isEmpty()) {
                KeySpec key = Recipes.SCHEMA.key(path);
                return key.path() + " " + Format.yaml(key.defaultValue()) + " (default)";
            }
            SettingLayers.Setting setting = setting().get();
            String where = named instanceof Origin.FileLine
                    ? setting.origin().brief()
                    : setting.origin().place();
            return setting.path() + " " + Format.yaml(setting.value()) + " (" + where + ")";
        }
    }
}
