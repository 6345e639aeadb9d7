package org.quietstar.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;
import org.quietstar.config.StageConfig;
import org.quietstar.data.MicroBatch;
import org.quietstar.data.SplitMix;
import org.quietstar.data.TextBatches;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.thought.RewardFunction;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * A training run: its stages one after the other, each a loop over optimiser steps. What a run needs to go on is in its
 * checkpoints; going on gives what never stopping would have given, bit for bit. Used by one thread, but for
 * {@link #stop}.
 */
public final class Trainer implements AutoCloseable {
    private final RunConfig config;
    private final RunFolder folder;
    private final Tokenizer tokenizer;
    private final CheckpointStore checkpoints;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private final ModelState model;
    /** Where the stage goes on from, if it was begun before. */
    private Optional<Checkpoint> resumed = Optional.empty();

    private long step;
    private int stageIndex;
    private int stageStep;
    private final SkippedSteps skipped = new SkippedSteps();
    private Optional<RewardFunction> reward = Optional.empty();
    private volatile boolean stopping;
    /** Set while training, so that it stays where an exception ends it. */
    private boolean broken;

    private Trainer(RunConfig config, RunFolder folder, Tokenizer tokenizer, ModelState model) {
        this.config = config;
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.model = model;
        this.checkpoints = new CheckpointStore(folder.path(), config.checkpoint());
    }

    /** A new run in {@code path}, which may not hold a run yet. */
    public static Trainer start(RunConfig config, Path path) {
        Backend.require(config.backend());
        NativeSettings.warnOnce();
        RunConfigs.requireTrainingData(config);
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            Preflight.checkMemory(config, tokenizer);
            ModelState model = ModelState.create(config, tokenizer);
            Preflight.check(config, tokenizer, model.model());
            return new Trainer(config, RunFolder.create(path, config), tokenizer, model);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * Goes on with a run from its newest intact checkpoint, or from the start where there is none yet.
     *
     * @param damage hears of checkpoints that are passed over
     */
    public static Trainer resume(Path path, DamageListener damage) {
        RunFolder folder = RunFolder.existing(path);
        RunConfig config = folder.readConfig();
        Backend.require(config.backend());
        NativeSettings.warnOnce();
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            Preflight.checkMemory(config, tokenizer);
            Optional<Checkpoint> latest = new CheckpointStore(path, config.checkpoint()).loadLatest(damage);
            ModelState model = latest.map(c -> ModelState.restore(config, tokenizer, c))
                    .orElseGet(() -> ModelState.create(config, tokenizer));
            Preflight.check(config, tokenizer, model.model());
            var trainer = new Trainer(config, folder, tokenizer, model);
            latest.ifPresent(trainer::restore);
            return trainer;
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private void restore(Checkpoint checkpoint) {
        RunState.Position position = RunState.position(checkpoint);
        step = checkpoint.step();
        stageIndex = position.stage();
        stageStep = position.stageStep();
        skipped.restore(checkpoint.state());
        resumed = Optional.of(checkpoint);
    }

    /**
     * Rewards thoughts by something else than the likelihood of the text, from the next {@link #train} on. The function is
     * not stored with the run, only that there was one: whoever resumes the run gives it again.
     */
    public void setReward(RewardFunction function) {
        reward = Optional.of(function);
    }

    /** Adds a listener; all are called in the order of their adding. */
    public void addListener(TrainingListener listener) {
        listeners.add(listener);
    }

    /**
     * Trains what remains of all stages, or until {@link #stop}; called again, it goes on.
     *
     * @return whether all is done
     */
    public boolean train() {
        if (broken) {
            throw new IllegalStateException("an earlier train() ended with an exception; resume " + folder.path());
        }
        requireReward();
        broken = true;
        try (var metrics = MetricsLog.open(folder.metrics(), step)) {
            while (stageIndex < config.stages().size()) {
                StageConfig stage = config.stages().get(stageIndex);
                if (stageStep < stage.train().steps()) {
                    runStage(stage, metrics);
                    boolean last = stageIndex + 1 == config.stages().size();
                    if (stageStep < stage.train().steps() || (stopping && !last)) {
                        broken = false;
                        return false;
                    }
                }
                resumed = Optional.empty();
                stageIndex++;
                stageStep = 0;
            }
            broken = false;
            return true;
        } finally {
            stopping = false;
        }
    }

    private void requireReward() {
        boolean had = resumed.map(RunState::position)
                .filter(RunState.Position::ownReward)
                .isPresent();
        if (had && reward.isEmpty()) {
            throw new QuietStarException(folder.path() + ": this run was trained with a reward of its own, which is not"
                    + " stored with it; give it again (Trainer.setReward)");
        }
    }

    /**
     * Ends {@link #train}, from any thread or listener, after the step that is being made and a checkpoint of it; where it
     * is not called at the moment, after the first step of the next call.
     */
    public void stop() {
        stopping = true;
    }

    private void runStage(StageConfig stage, MetricsLog metrics) {
        boolean thoughts = stage.train().mode().equals("quiet-star");
        if (thoughts) {
            model.ensureThought(stage.thought(), tokenizer, config.seed());
        }
        model.ensureAdapters(stage.train().lora(), config.seed());
        Parameters parameters = model.parameters(thoughts);
        Set<String> trained = TrainedParameters.shapes(stage, model.model()).keySet();
        var optimizer = new AdamW(stage.optimizer(), parameters.only(trained));
        var rate = new LearningRate(stage.optimizer(), stage.train().steps());
        try (TextBatches data = text(stage);
                Objective objective = Objective.of(model, stage, tokenizer, parameters, trained, reward);
                HeldOutLoss evaluation = new HeldOutLoss(config, stage, model, tokenizer)) {
            resumed.ifPresent(checkpoint -> RunState.goOn(checkpoint, data, optimizer));
            listeners.forEach(listener -> listener.onStage(stage, stageStep));
            for (boolean goesOn = true; goesOn && stageStep < stage.train().steps(); ) {
                long started = System.nanoTime();
                List<MicroBatch> batches = take(data, stage.train().gradientAccumulation(), model.padId(tokenizer));
                stageStep++;
                step++;
                boolean measureParts = isDue(stage.train().gradientNormsEvery());
                Objective.Result result = objective.compute(batches, SplitMix.hash(config.seed(), step), measureParts);
                double norm = GradientSum.norm(result.gradients());
                double learningRate = rate.at(stageStep);
                apply(result, norm, optimizer, stage.optimizer().clipNorm(), learningRate);
                Map<String, Object> line =
                        StepMetrics.of(step, stage, result.metrics(), norm, learningRate, skipped, batches, started);
                metrics.write(line);
                listeners.forEach(listener -> listener.onStep(stageStep, line));
                skipped.requireFew(stage, step, folder);
                boolean save = isDue(config.checkpoint().everySteps())
                        || stageStep == stage.train().steps();
                OptionalDouble heldOut = heldOut(stage.train().evaluateEvery(), save, evaluation);
                goesOn = !stopping;
                if (save || !goesOn) {
                    Checkpoint saved = save(data, optimizer, heldOut);
                    resumed = goesOn ? Optional.empty() : Optional.of(saved);
                }
            }
        }
    }

    /** Updates the parameters, unless a number is not finite. */
    private void apply(Objective.Result result, double norm, AdamW optimizer, double clipNorm, double learningRate) {
        if (Double.isFinite(result.loss()) && Double.isFinite(norm)) {
            optimizer.update(result.gradients(), clip(norm, clipNorm), learningRate);
            skipped.applied();
        } else {
            skipped.skipped();
            warn("step " + step + " was skipped: its loss is " + result.loss() + ", its gradient's norm " + norm);
        }
    }

    /** Each stage goes through the text in an order of its own; what is held out is the same for all. */
    private TextBatches text(StageConfig stage) {
        return TextBatches.training(
                stage.data(),
                tokenizer,
                config.seed(),
                SplitMix.hash(config.seed(), stageIndex),
                record -> warn(record.toString()));
    }

    private static List<MicroBatch> take(TextBatches data, int count, int padId) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(MicroBatch.of(data.next(), padId));
        }
        return batches;
    }

    private static double clip(double norm, double limit) {
        return limit > 0 && norm > limit ? limit / norm : 1;
    }

    private boolean isDue(int every) {
        return every > 0 && stageStep % every == 0;
    }

    /** The held-out loss where it is due. A checkpoint is scored by its own weights, so it is due there as well. */
    private OptionalDouble heldOut(int every, boolean save, HeldOutLoss evaluation) {
        if (!isDue(every) && !(save && every > 0)) {
            return OptionalDouble.empty();
        }
        double nll = evaluation.measure();
        listeners.forEach(listener -> listener.onHeldOut(stageStep, nll));
        return OptionalDouble.of(nll);
    }

    private Checkpoint save(TextBatches data, AdamW optimizer, OptionalDouble heldOut) {
        var position = new RunState.Position(stageIndex, stageStep, reward.isPresent());
        Map<String, Object> state = RunState.of(config, tokenizer, position, optimizer, skipped, data);
        Map<String, INDArray> thought = model.thought().map(Parameters::asMap).orElse(Map.of());
        var checkpoint = new Checkpoint(step, model.base().asMap(), thought, optimizer.state(), state, heldOut);
        CheckpointInfo saved = checkpoints.save(checkpoint);
        listeners.forEach(listener -> listener.onCheckpoint(saved.path()));
        return checkpoint;
    }

    private void warn(String message) {
        listeners.forEach(listener -> listener.onWarning(message));
    }

    public ModelState model() {
        return model;
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

    @Override
    public void close() {
        tokenizer.close();
    }
}
