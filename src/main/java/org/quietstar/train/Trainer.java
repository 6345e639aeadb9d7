package org.quietstar.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointInfo;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.checkpoint.RunPosition;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.checkpoint.StageEnds;
import org.quietstar.checkpoint.StageTree;
import org.quietstar.config.CheckpointConfig.BestBy;
import org.quietstar.config.DataConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.data.BadRecordWarnings;
import org.quietstar.data.DataListener;
import org.quietstar.data.TextBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.hub.ModelLoader;
import org.quietstar.model.Parameters;
import org.quietstar.random.SplitMix;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.thought.RewardFunction;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * A training run: its stages one after the other, each a loop over optimiser steps. What a run needs to continue is in its
 * checkpoints; continuing gives what never stopping would have given, bit for bit. Used by one thread, but for
 * {@link #stop}.
 */
public final class Trainer implements AutoCloseable {
    private final RunConfig config;
    private final RunFolder folder;
    private final Tokenizer tokenizer;
    private final CheckpointStore checkpoints;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private ThinkingModel model;
    private final StageTree tree;
    private final StageEnds ends;
    /** Where the stage continues from, if it was begun before. */
    private Optional<Checkpoint> resumed = Optional.empty();

    private long step;
    private int stageIndex;
    private int stageStep;
    private double flops;
    private final SkippedSteps skipped = new SkippedSteps();
    private Optional<RewardFunction> reward = Optional.empty();
    private Optional<TaskMeasure> tasks = Optional.empty();
    private volatile boolean stopping;
    /** Set while training, so that it stays where an exception ends it. */
    private boolean broken;

    private Trainer(RunConfig config, RunFolder folder, Tokenizer tokenizer, ThinkingModel model) {
        this.config = config;
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.model = model;
        this.tree = new StageTree(config);
        this.ends = new StageEnds(folder.path(), config);
        this.checkpoints = new CheckpointStore(folder.path(), config.checkpoint(), tree.kept());
    }

    /** A new run in {@code path}, which may not hold a run yet. */
    public static Trainer start(RunConfig config, Path path) {
        Backend.require(config.backend().word());
        NativeSettings.warnOnce();
        Recipes.requireTrainingData(config);
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            PreflightChecks.checkMemory(config, tokenizer);
            PreflightChecks.check(config, tokenizer, ModelLoader.sizes(config, tokenizer));
            ThinkingModel model = ModelLoader.create(config, tokenizer);
            try {
                return new Trainer(config, RunFolder.create(path, config), tokenizer, model);
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * Continues a run from its newest intact checkpoint, or from the start where there is none yet.
     *
     * @param damage hears of checkpoints that are passed over
     * @throws QuietStarException where a later stage starts from one whose checkpoint is missing or damaged
     */
    public static Trainer resume(Path path, SkippedCheckpointListener damage) {
        RunFolder folder = RunFolder.existing(path);
        RunConfig config = folder.readConfig();
        Backend.require(config.backend().word());
        NativeSettings.warnOnce();
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            PreflightChecks.checkMemory(config, tokenizer);
            PreflightChecks.check(config, tokenizer, ModelLoader.sizes(config, tokenizer));
            Optional<Checkpoint> latest = new CheckpointStore(path, config.checkpoint()).loadLatest(damage);
            if (latest.isEmpty()) {
                return new Trainer(config, folder, tokenizer, ModelLoader.create(config, tokenizer));
            }
            try {
                return resume(config, folder, tokenizer, latest.get());
            } catch (RuntimeException e) {
                latest.get().close();
                throw e;
            }
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static Trainer resume(RunConfig config, RunFolder folder, Tokenizer tokenizer, Checkpoint checkpoint) {
        ThinkingModel model =
                ModelLoader.restore(config, tokenizer, checkpoint, StageEnds.thoughtSettings(config, checkpoint));
        var trainer = new Trainer(config, folder, tokenizer, model);
        trainer.restore(checkpoint);
        return trainer;
    }

    private void restore(Checkpoint checkpoint) {
        RunPosition position = RunPosition.of(checkpoint);
        step = checkpoint.step();
        stageIndex = position.stage();
        stageStep = position.stageStep();
        skipped.restore(checkpoint.state());
        flops = RunState.flops(checkpoint);
        resumed = Optional.of(checkpoint);
        ends.require(stageIndex, step);
    }

    /**
     * Rewards thoughts by something else than the likelihood of the text, from the next {@link #train} on. The function is
     * not stored with the run, only that there was one: whoever resumes the run gives it again.
     */
    public void setReward(RewardFunction function) {
        reward = Optional.of(function);
    }

    /** Answers the recipe's tasks by this in the course of training, where {@code train.tasksEvery} is due. */
    public void setTasks(TaskMeasure measure) {
        tasks = Optional.of(measure);
    }

    /** Adds a listener; all are called in the order of their adding. */
    public void addListener(TrainingListener listener) {
        listeners.add(listener);
    }

    /**
     * Trains what remains of all stages, or until {@link #stop}; called again, it continues.
     *
     * @return whether all is done
     */
    public boolean train() {
        if (broken) {
            throw new IllegalStateException("an earlier train() ended with an exception; resume " + folder.path());
        }
        RunState.requireReward(resumed, reward.isPresent(), folder.path());
        if (tasks.isEmpty() && config.answersOnTheWay()) {
            throw new QuietStarException(
                    "train.tasksEvery asks for answers in the course of training, and nothing gives"
                            + " them; begin and resume the run by QuietStar.trainer and QuietStar.resume, or call setTasks");
        }
        broken = true;
        try (var metrics = MetricsLog.open(folder.metrics(), step)) {
            while (stageIndex < config.stages().size()) {
                StageConfig stage = config.stages().get(stageIndex);
                while (stageStep < stage.train().steps()) {
                    runTurn(stage, metrics);
                    boolean last = stageIndex + 1 == config.stages().size()
                            && stageStep == stage.train().steps();
                    if (stopping && !last) {
                        broken = false;
                        return false;
                    }
                }
                forgetResumed();
                stageIndex++;
                stageStep = 0;
            }
            skipped.requireSome(step, folder);
            broken = false;
            return true;
        } finally {
            stopping = false;
        }
    }

    /**
     * Ends {@link #train}, from any thread or listener, after the step that is being made and a checkpoint of it; where it
     * is not called at the moment, after the first step of the next call. Rationales that are being written (mode star) are
     * then written anew.
     */
    public void stop() {
        stopping = true;
    }

    /** What remains of a stage; of a stage of mode star, of the turn that it is in. */
    private void runTurn(StageConfig stage, MetricsLog metrics) {
        begin(stage);
        int before = stageStep - stageStep % stage.turnSteps();
        int end = before + stage.turnSteps();
        if (stageStep == before) {
            forgetResumed(); // its optimiser was the turn's before
        }
        Optional<StarTurn> turn = stage.isStar() ? rationales(stage, before) : Optional.empty();
        if (stage.isStar() && turn.isEmpty()) {
            return; // stopped
        }
        Set<String> trained = TrainableParameters.shapes(stage, model.config()).keySet();
        var rate = new LearningRate(stage.optimizer(), stage.turnSteps());
        var balance = new PolicyBalance(stage.loss());
        resumed.ifPresent(checkpoint -> balance.restore(checkpoint.state()));
        var shareWatch = new PolicyShareWatch(stage);
        try (AdamW optimizer = RunState.optimizer(
                        resumed, stage.optimizer(), model.parameters().only(trained));
                var warnings = new BadRecordWarnings(this::warn);
                TextBatches data = text(stage, turn, warnings);
                Objective objective = objective(stage, trained, balance);
                HeldOutLoss evaluation = new HeldOutLoss(config, stage, model, tokenizer)) {
            resumed.ifPresent(checkpoint -> RunState.resume(checkpoint, data));
            // Its moments are the optimiser's now.
            resumed = Optional.empty();
            listeners.forEach(listener -> listener.onStage(stage, stageStep));
            for (boolean goesOn = true; goesOn && stageStep < end; ) {
                long started = System.nanoTime();
                List<TokenBatch> batches = TokenBatch.take(data, stage.train().gradientAccumulation());
                stageStep++;
                step++;
                boolean measureParts = isDue(stage.train().gradientNormsEvery());
                Objective.Result result = objective.compute(batches, tree.drawSeed(stageIndex, step), measureParts);
                flops += result.flops();
                double norm = GradientAccumulator.norm(result.gradients());
                double learningRate = rate.at(stageStep - before);
                skipped.apply(optimizer, result, norm, stage.optimizer().clipNorm(), learningRate)
                        .ifPresent(why -> warn("step " + step + " was skipped: " + why));
                double seconds = (System.nanoTime() - started) * 1e-9;
                boolean save = isDue(config.checkpoint().everySteps()) || stageStep == end;
                Map<String, Double> answered = answeredIfDue(stage, save);
                Map<String, Object> measured = new LinkedHashMap<>(result.metrics());
                turn.filter(begun -> stageStep == before + 1).ifPresent(begun -> measured.putAll(begun.metrics()));
                measured.putAll(answered);
                Map<String, Object> line =
                        StepMetrics.of(step, stage, measured, norm, learningRate, skipped, flops, batches, seconds);
                metrics.write(line);
                listeners.forEach(listener -> listener.onStep(stageStep, line));
                if (!answered.isEmpty()) {
                    listeners.forEach(listener -> listener.onTasks(stageStep, answered));
                }
                shareWatch.after(line).ifPresent(this::warn);
                skipped.requireFew(stage, step, folder);
                OptionalDouble heldOut = evaluation.measureIfDue(save, stageStep);
                heldOut.ifPresent(nll -> listeners.forEach(listener -> listener.onHeldOut(stageStep, nll)));
                goesOn = !stopping;
                if (save || !goesOn) {
                    save(data, optimizer, balance, score(heldOut, answered), goesOn);
                }
            }
        }
    }

    private Map<String, Double> answeredIfDue(StageConfig stage, boolean save) {
        int every = stage.train().tasksEvery();
        return every > 0 && (save || isDue(every)) ? tasks.orElseThrow().shares(model) : Map.of();
    }

    /** What a checkpoint is compared by; lower is better. */
    private OptionalDouble score(OptionalDouble heldOut, Map<String, Double> answered) {
        if (config.checkpoint().bestBy() == BestBy.LOSS) {
            return heldOut;
        }
        return answered.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(tasks.orElseThrow().wrong(answered));
    }

    private void forgetResumed() {
        resumed.ifPresent(Checkpoint::closeOptimizer);
        resumed = Optional.empty();
    }

    private Objective objective(StageConfig stage, Set<String> trained, PolicyBalance balance) {
        if (stage.thinks()) {
            return new QuietStarObjective(model, stage, trained, reward, balance, tokenizer.eosId());
        }
        return stage.distills()
                ? new DistillObjective(teacher(stage), stage, model.decoder(), trained)
                : new LanguageModelObjective(model.config(), stage, model.decoder(), trained);
    }

    /** The model that a stage starts from, as it was, which thinks as it was trained to. */
    private ThinkingModel teacher(StageConfig stage) {
        ThinkingModel teacher = start(tree.thoughtSettings(stageIndex));
        if (!teacher.thinks()) {
            teacher.close();
            throw new QuietStarException("stage '" + stage.name() + "' has train.mode distill, but the model that it"
                    + " starts from has not learned to think; let it start from a stage of mode quiet-star, or from the"
                    + " export of such a run (model.weights)");
        }
        return teacher;
    }

    /** Loads what the stage starts from. */
    private ThinkingModel start(ThoughtConfig thought) {
        return ends.loadStart(stageIndex)
                .map(checkpoint -> ModelLoader.restore(config, tokenizer, checkpoint, thought))
                .orElseGet(() -> ModelLoader.create(config, tokenizer));
    }

    /**
     * What a turn of mode star learns from. Where the turn begins, rationales are written by the model as it is, unless they
     * are there from a run that was cut short, and then the model is set back to what the stage starts from.
     *
     * @param before steps of the stage before the turn
     * @return empty where writing was stopped
     */
    private Optional<StarTurn> rationales(StageConfig stage, int before) {
        int number = before / stage.turnSteps() + 1;
        Path texts = StarTurn.place(folder, stage, number);
        Optional<StarTurn> turn = StarTurn.read(texts, number);
        if (stageStep > before) {
            return Optional.of(turn.orElseThrow(() -> new QuietStarException(texts + ": no such file; the stage '"
                    + stage.name() + "' learns from it at step " + stageStep + "; bring it back, or begin a new run")));
        }
        if (turn.isEmpty()) {
            turn = new RationaleWriter(config, stage, model, tokenizer, listeners, () -> stopping)
                    .write(texts, number, tree.drawSeed(stageIndex, step));
        }
        if (turn.isPresent() && before > 0) {
            model.close();
            model = start(tree.thoughtSettings(stageIndex));
            prepare(stage);
        }
        turn.ifPresent(written -> flops += written.flops());
        return turn;
    }

    /** Loads the model that a stage starts from, where the one at hand is another, and makes it ready. */
    private void begin(StageConfig stage) {
        ThoughtConfig thought = tree.thoughtSettings(stageIndex);
        if (stageStep == 0 && tree.branchesOff(stageIndex)) {
            // The memory plan has no room for two models.
            model.close();
            model = start(thought);
        }
        prepare(stage);
    }

    /** Makes the model ready for a stage: parameters of thoughts and adapters are made where it wants them first. */
    private void prepare(StageConfig stage) {
        if (!stage.thinks() && !stage.isPlain()) {
            model.thought().ifPresent(Parameters::close);
            model = model.withoutThoughts();
        }
        model = model.with(tree.thoughtSettings(stageIndex), tokenizer);
        if (stage.thinks()) {
            model = stage.pauses()
                    ? model.learningToPause(tokenizer, config.seed())
                    : model.learningToThink(tokenizer, config.seed());
        }
        model = model.withAdapters(stage.train().lora(), config.seed());
    }

    /** The stages differ in the order of the text, and so do turns; what is held out is the same for all. */
    private TextBatches text(StageConfig stage, Optional<StarTurn> turn, DataListener badRecords) {
        long order = tree.orderSeed(stageIndex);
        DataConfig data = turn.map(each -> each.data(stage.data())).orElse(stage.data());
        return TextBatches.training(
                data,
                tokenizer,
                model.tokens().padId(),
                config.seed(),
                turn.map(each -> SplitMix.hash(order, each.turn())).orElse(order),
                badRecords);
    }

    private boolean isDue(int every) {
        return every > 0 && stageStep % every == 0;
    }

    private void save(TextBatches data, AdamW optimizer, PolicyBalance balance, OptionalDouble score, boolean goesOn) {
        var position = new RunPosition(stageIndex, stageStep, reward.isPresent());
        Map<String, Object> state = RunState.of(config, tokenizer, position, optimizer, skipped, balance, flops, data);
        Map<String, INDArray> thought = model.thought().map(Parameters::asMap).orElse(Map.of());
        var checkpoint = new Checkpoint(step, model.decoder().asMap(), thought, optimizer.state(), state, score);
        CheckpointInfo saved = checkpoints.save(checkpoint);
        listeners.forEach(listener -> listener.onCheckpoint(saved.path()));
        if (!goesOn) {
            resumed = Optional.of(checkpoint);
            optimizer.release();
        }
    }

    private void warn(String message) {
        listeners.forEach(listener -> listener.onWarning(message));
    }

    /** The model as it is now; it stays the trainer's, and another one takes its place when a stage begins. */
    public ThinkingModel model() {
        return model;
    }

    /** The settings under which {@link #model} thinks. */
    public ThoughtConfig thoughtSettings() {
        return tree.thoughtSettings(Math.min(stageIndex, config.stages().size() - 1));
    }

    /** Optimiser steps done, over all stages. */
    public long step() {
        return step;
    }

    public RunConfig config() {
        return config;
    }

    public RunFolder folder() {
        return folder;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Gives back the memory of the model and of what training left; {@link #model} is not used any more. */
    @Override
    public void close() {
        forgetResumed();
        model.close();
        tokenizer.close();
    }
}
