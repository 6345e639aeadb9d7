package org.quietstar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.checkpoint.StageEnds;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.eval.ModelComparison;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.TokenScores;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerScorer;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Generator;
import org.quietstar.generate.SampledPrompt;
import org.quietstar.hub.ModelExport;
import org.quietstar.hub.ModelFolder;
import org.quietstar.hub.ModelLoader;
import org.quietstar.hub.ModelRecipes;
import org.quietstar.hub.NonFinite;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import org.quietstar.train.MemoryPlan;
import org.quietstar.train.Trainer;

/**
 * Quiet-STaR as a library: where a notebook or a program begins. The commands of the command line call the same.
 *
 * <pre>{@code
 * RunConfig recipe = QuietStar.config(Path.of("configs/tiny.yaml"), "stages.quiet-star.train.steps=50");
 * try (Trainer trainer = QuietStar.trainer(recipe, Path.of("runs/mine"))) {
 *     trainer.train();
 * }
 * try (QuietStar model = QuietStar.load(Path.of("runs/mine"))) {
 *     String text = model.generate("hall red wait blue wait where", GenerateOptions.builder().maxTokens(2).build());
 *     PerplexityReport report = model.evaluate();
 *     Plots.gain(report).write(Path.of("gain.png"));
 * }
 * }</pre>
 *
 * <p>Everything is said to the caller: values come back, listeners hear of the course, and a {@link QuietStarException}
 * says what the caller can fix. An object is used by one thread at a time, but for {@link #stop} and
 * {@link Trainer#stop}, which any thread or listener may call.
 */
public final class QuietStar implements AutoCloseable {
    private final ModelLoader.Loaded loaded;
    /** Whether closing this closes model and tokenizer. */
    private final boolean owner;

    private final Generator generator;
    private final AtomicBoolean stopping = new AtomicBoolean();

    private QuietStar(ModelLoader.Loaded loaded, boolean owner) {
        this.loaded = loaded;
        this.owner = owner;
        this.generator = new Generator(loaded.model(), loaded.tokenizer());
    }

    /**
     * Reads a recipe.
     *
     * @param overrides assignments that win over the file, such as {@code train.steps=50}, or
     *     {@code stages.NAME.train.steps=50} for one stage
     * @throws QuietStarException that names the line or the assignment, what is wrong with it, and what is allowed
     */
    public static RunConfig config(Path recipe, String... overrides) {
        return config(recipe, List.of(overrides));
    }

    /** As {@link #config(Path, String...)}. */
    public static RunConfig config(Path recipe, List<String> overrides) {
        return ModelRecipes.load(recipe, overrides);
    }

    /** As {@link #config(Path, String...)}, of a recipe that is not in a file. */
    public static RunConfig config(String yaml, String... overrides) {
        return ModelRecipes.fromYaml(yaml, "recipe", List.of(overrides));
    }

    /** The memory that a run would take, and what would make it less; nothing is allocated. */
    public static MemoryPlan plan(RunConfig config) {
        return MemoryPlan.of(config);
    }

    /**
     * A new run, ready to {@link Trainer#train}.
     *
     * @param run its folder, which may not hold a run yet: configuration, metrics and checkpoints go there
     * @throws QuietStarException where the recipe asks for what is not there or cannot be, a task that cannot be answered
     *     included
     */
    public static Trainer trainer(RunConfig config, Path run) {
        Answers.require(config);
        return answering(Trainer.start(config, run));
    }

    private static Trainer answering(Trainer trainer) {
        RunConfig config = trainer.config();
        if (config.answersOnTheWay()) {
            trainer.setTasks(new CourseAnswers(config, trainer.tokenizer()));
        }
        return trainer;
    }

    /** A run that was stopped, ready to continue from its newest checkpoint. */
    public static Trainer resume(Path run) {
        return resume(run, SkippedCheckpointListener.log());
    }

    /**
     * As {@link #resume(Path)}.
     *
     * @param damage is notified of checkpoints that are passed over
     */
    public static Trainer resume(Path run, SkippedCheckpointListener damage) {
        return answering(Trainer.resume(run, damage));
    }

    /**
     * Writes a run's newest checkpoint as a folder in Hugging Face's layout: the base model, which loads anywhere, and the
     * thoughts in files of their own. Adapters are merged.
     *
     * @param folder new or empty
     * @throws QuietStarException where it holds anything, or the run has no checkpoint
     */
    public static void export(Path run, Path folder) {
        ModelExport.requireFree(folder);
        RunConfig config = RunFolder.existing(run).readConfig();
        try (Checkpoint checkpoint = new CheckpointStore(run, config.checkpoint())
                        .loadModel(false, SkippedCheckpointListener.log());
                Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            new ModelExport(config, checkpoint, tokenizer, ModelExport.DEFAULT_SHARD_BYTES, ModelExport.Adapters.MERGED)
                    .write(folder);
        }
    }

    /**
     * Loads the newest checkpoint of a run, or a folder in Hugging Face layout.
     *
     * @param path a run's folder, with {@code config.yaml}; or one with {@code config.json}, {@code *.safetensors} and
     *     {@code tokenizer.json}, such as {@code quietstar export} writes, with the thoughts that it may hold
     * @param overrides assignments that win over the run's own configuration, such as {@code evaluation.maxTokens=2000}
     * @throws QuietStarException where the path is neither, or something in it is missing or damaged
     */
    public static QuietStar load(Path path, String... overrides) {
        return load(path, false, List.of(overrides), NonFinite.REFUSED, SkippedCheckpointListener.log());
    }

    /**
     * As {@link #load(Path, String...)}.
     *
     * @param best takes a run's best checkpoint ({@code checkpoint.bestBy}) instead of the newest
     * @param nonFinite what becomes of weights with NaN or infinite numbers
     * @param damage hears of checkpoints that are passed over
     */
    public static QuietStar load(
            Path path, boolean best, List<String> overrides, NonFinite nonFinite, SkippedCheckpointListener damage) {
        Backend.require("auto");
        NativeSettings.warnOnce();
        if (RunFolder.isRunFolder(path)) {
            return new QuietStar(ModelLoader.ofRun(path, best, overrides, nonFinite, damage), true);
        }
        if (ModelFolder.isModelFolder(path)) {
            return new QuietStar(ModelLoader.ofFolder(path, overrides, nonFinite), true);
        }
        throw new QuietStarException(path + ": neither a run (no config.yaml) nor a model's folder (no config.json);"
                + " give the folder that training printed, or one in Hugging Face layout");
    }

    /**
     * Loads what a stage of a run ended with, with that stage's thoughts. In a run in which a stage starts from an earlier
     * one ({@code from}) the last checkpoint of every stage is kept.
     *
     * @param overrides as in {@link #load(Path, String...)}
     * @throws QuietStarException where the run has no such stage, or no checkpoint of its end
     */
    public static QuietStar ofStage(Path run, String stage, String... overrides) {
        return ofStage(run, stage, List.of(overrides), NonFinite.REFUSED);
    }

    /**
     * As {@link #ofStage(Path, String, String...)}.
     *
     * @param nonFinite what becomes of weights with NaN or infinite numbers
     */
    public static QuietStar ofStage(Path run, String stage, List<String> overrides, NonFinite nonFinite) {
        Backend.require("auto");
        NativeSettings.warnOnce();
        return new QuietStar(ModelLoader.ofStage(run, stage, overrides, nonFinite), true);
    }

    /**
     * Loads the plain language model that a run trained beside its last stage: the stage of mode {@code language-model}
     * that starts from the same stage. Empty for a run without one, or that has not come to its end yet, or whose last
     * stage does not train thoughts.
     */
    public static Optional<QuietStar> plain(Path run) {
        RunConfig config = RunFolder.existing(run).readConfig();
        return config.plainStage().filter(new StageEnds(run, config)::isKept).map(stage -> ofStage(run, stage.name()));
    }

    /**
     * The model of a trainer as it stands, which stays the trainer's: to be used while it does not train, and to be made
     * anew after it has trained on.
     */
    public static QuietStar of(Trainer trainer) {
        var loaded = new ModelLoader.Loaded(
                trainer.model().with(trainer.thoughtSettings(), trainer.tokenizer()),
                trainer.tokenizer(),
                trainer::config,
                OptionalLong.of(trainer.step()),
                Tokenizers.textPrefix(
                        trainer.tokenizer(), trainer.config().lastStage().data().beginOfText()));
        return new QuietStar(loaded, false);
    }

    /** Text that continues the prompt, which is not repeated. */
    public String generate(String prompt, GenerateOptions options) {
        return generate(prompt, options, GenerationListener.none()).text();
    }

    /** Text that continues the prompt, of which the listener hears as it is produced. */
    public Generation generate(String prompt, GenerateOptions options, GenerationListener listener) {
        return generate(List.of(prompt), options, listener).get(0);
    }

    /**
     * Texts for several prompts, generated together; each is what it would be alone. Prompts of the same text are drawn
     * differently, unless the temperature is 0.
     *
     * @return in the prompts' order
     * @throws QuietStarException where the options do not suit the model
     */
    public List<Generation> generate(List<String> prompts, GenerateOptions options, GenerationListener listener) {
        return generateSamples(SampledPrompt.of(prompts, 1), options, listener);
    }

    /** As {@link #generate(List, GenerateOptions, GenerationListener)}, of prompts that are numbered already. */
    public List<Generation> generateSamples(
            List<SampledPrompt> prompts, GenerateOptions options, GenerationListener listener) {
        List<Generator.Prompt> all = new ArrayList<>();
        for (SampledPrompt prompt : prompts) {
            all.add(new Generator.Prompt(
                    all.size(), prompt.text(), prompt.sample(), loaded.promptIds(prompt.text()), new int[0]));
        }
        return run(all, options, listener);
    }

    /**
     * What the model thinks while it reads a text: for every token of it the thought before it, what that weighs, how
     * likely the token was, and what the thought gained.
     *
     * @param options of which those of the thoughts count; {@link GenerateOptions#compare} is on
     */
    public Generation read(String text, GenerateOptions options) {
        int[] ids = loaded.textIds(text);
        if (ids.length == 0) {
            throw new QuietStarException("read: the text is empty");
        }
        var prompt = new Generator.Prompt(0, "", 0, loaded.promptIds(""), ids);
        return run(List.of(prompt), options.compared(), GenerationListener.none())
                .get(0);
    }

    private List<Generation> run(List<Generator.Prompt> all, GenerateOptions options, GenerationListener listener) {
        try {
            return generator.generate(all, options, listener, stopping::get);
        } finally {
            stopping.set(false);
        }
    }

    /** Scores the held-out text that the model's recipe names. */
    public PerplexityReport evaluate() {
        return evaluate(List.of(), EvaluationListener.none());
    }

    /**
     * Scores held-out text without and with thoughts: loss, perplexity, and what thinking gains by difficulty of the
     * token. How much, and in how many groups, says section {@code evaluation} of the recipe.
     *
     * @param text files, folders or globs; none for the text that the recipe names
     * @throws QuietStarException where there is no such text
     */
    public PerplexityReport evaluate(List<String> text, EvaluationListener listener) {
        RunConfig config = config();
        try {
            TokenScores scores = HeldOut.score(
                    loaded.model(), config, HeldOut.text(config, text), tokenizer(), listener, stopping::get);
            return PerplexityReport.of(
                            scores,
                            config.evaluation().difficulty(),
                            config.evaluation().bins(),
                            config.evaluation().bootstrapSamples(),
                            config.seed())
                    .withContent(config.evaluation().thoughtContent());
        } finally {
            stopping.set(false);
        }
    }

    /**
     * Scores the same held-out text with this model and another, each with its thoughts where it has learned to think, and
     * says how sure the difference is.
     *
     * @param text files, folders or globs; none for the text that this model's recipe names
     * @param listener hears of both models' tokens, one model after the other
     * @throws QuietStarException where there is no such text, where the other model's tokenizer is another, and where this
     *     was stopped
     */
    public ModelComparison compare(QuietStar other, List<String> text, EvaluationListener listener) {
        try {
            return HeldOut.compare(loaded, other.loaded, config(), text, listener, stopping::get);
        } finally {
            stopping.set(false);
        }
    }

    /**
     * The recipe's tasks, {@code evaluation.tasks}; without the items that have chosen the best checkpoint, where
     * {@code checkpoint.bestBy} is {@code tasks}.
     */
    public List<AnswerTask> tasks() {
        return Answers.ofReport(config());
    }

    /**
     * Answers a task's questions, without and with thoughts.
     *
     * @throws QuietStarException that names file and line of an item that does not suit the model
     */
    public AnswerReport answers(AnswerTask task) {
        return answers(task, Optional.empty(), (done, all) -> {});
    }

    /** As {@link #answers(AnswerTask, Optional, Optional, AnswerScorer.Listener)}, keeping nothing on the way. */
    public AnswerReport answers(AnswerTask task, Optional<QuietStar> plain, AnswerScorer.Listener listener) {
        return answers(task, plain, Optional.empty(), listener);
    }

    /**
     * Answers a task's questions, without and with thoughts, and, where answers are not written, with thoughts of other
     * questions as a control. The temperature of the thoughts, and how many prompts go together, says section
     * {@code evaluation} of the recipe; {@link AnswerTask#byChainOfThought} asks for reasonings aloud.
     *
     * @param plain a model to compare with, which answers without thoughts: the same one trained as a plain language model
     * @param folder keeps what is answered until all is, so that a program that is killed continues; empty for none
     * @param listener hears of both models' predictions, this model's first
     * @throws QuietStarException where the task does not suit a model, and where this was stopped
     */
    public AnswerReport answers(
            AnswerTask task, Optional<QuietStar> plain, Optional<Path> folder, AnswerScorer.Listener listener) {
        try {
            return Answers.report(
                    loaded, plain.map(other -> other.loaded), config(), task, folder, listener, stopping::get);
        } finally {
            stopping.set(false);
        }
    }

    /**
     * Ends, from any thread or listener, what {@link #generate} or {@link #evaluate} is doing, or, where neither is called
     * at the moment, what is called next: texts end after the token that is being computed, an evaluation reports on what
     * it has scored until then.
     */
    public void stop() {
        stopping.set(true);
    }

    /** Whether the model has learned to think. */
    public boolean thinks() {
        return loaded.model().thinks();
    }

    /** What the model was trained under; of a folder that tells nothing of that, the defaults with the model's sizes. */
    public RunConfig config() {
        return loaded.recipe().get();
    }

    /** The model's sizes. */
    public ModelConfig sizes() {
        return loaded.model().config();
    }

    /** Optimiser step of the checkpoint; empty for a folder in Hugging Face layout. */
    public OptionalLong step() {
        return loaded.step();
    }

    /** What turns text into ids and back. */
    public Tokenizer tokenizer() {
        return loaded.tokenizer();
    }

    @Override
    public void close() {
        generator.close();
        if (owner) {
            loaded.model().close();
            loaded.tokenizer().close();
        }
    }
}
