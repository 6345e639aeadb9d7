package org.quietstar.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.checkpoint.StageEnds;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.family.Families;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.MemoryNeed;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/** Where a {@link ThinkingModel} comes from: a recipe, a checkpoint, a run, or a folder in Hugging Face layout. */
public final class ModelLoader {
    /** Text tokens of a sequence that is evaluated, where no recipe says how many, and the model has room for them. */
    private static final int SEQUENCE = 256;

    /** Key of a checkpoint's state: the tokenizer's fingerprint. */
    public static final String TOKENIZER = "tokenizer";

    private ModelLoader() {}

    /**
     * A model with what belongs to it. The caller closes model and tokenizer.
     *
     * @param recipe what it was trained under, or, for a folder that does not tell, the defaults with its sizes
     * @param step optimiser steps it was trained for, where it comes from a checkpoint
     * @param prefix ids that are put before every prompt, as they were in training
     */
    public record Loaded(
            ThinkingModel model,
            Tokenizer tokenizer,
            Supplier<RunConfig> recipe,
            OptionalLong step,
            List<Integer> prefix) {
        public Loaded {
            prefix = List.copyOf(prefix);
        }

        /**
         * The ids of a text.
         *
         * @throws QuietStarException where the model lacks one of them
         */
        public int[] textIds(String text) {
            int[] ids = tokenizer.encode(text);
            int vocabulary = model.config().vocabSize();
            for (int id : ids) {
                if (id >= vocabulary) {
                    throw new QuietStarException("the text has token id " + id + ", but the model has " + vocabulary
                            + " ids: its tokenizer is another");
                }
            }
            return ids;
        }

        /** The ids of a prompt, at least one: an empty prompt is the id that ends a document, or begins one. */
        public int[] promptIds(String prompt) {
            List<Integer> ids = new ArrayList<>(prefix);
            for (int id : textIds(prompt)) {
                ids.add(id);
            }
            if (ids.isEmpty()) {
                ids.add(tokenizer.eosId());
            }
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** A new model: random, or with the weights that {@code model.weights} names. */
    public static ThinkingModel create(RunConfig config, Tokenizer tokenizer) {
        ModelConfig sizes = sizes(config, tokenizer);
        ThoughtConfig settings = config.stages().get(0).thought();
        TokenRules tokens = TokenRules.of(settings, tokenizer, sizes);
        Parameters decoder = sizes.weights().isEmpty()
                ? DecoderParameters.random(sizes, DataType.FLOAT, config.seed())
                : PretrainedWeights.read(Path.of(sizes.weights()), sizes, DataType.FLOAT);
        try {
            return new ThinkingModel(sizes, decoder, exportedThoughts(config, sizes, settings), settings, tokens);
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
    }

    /** START, END and the mixing head of a model that learned to think before, as an export has them beside its weights. */
    private static Optional<Parameters> exportedThoughts(RunConfig config, ModelConfig sizes, ThoughtConfig settings) {
        if (sizes.weights().isEmpty()) {
            return Optional.empty();
        }
        return ThoughtFiles.read(Path.of(sizes.weights()), sizes, NonFinite.REFUSED)
                .map(found -> {
                    ThoughtFiles.requireSameMeaning(Path.of(sizes.weights()), found.config(), settings);
                    config.stages().stream()
                            .filter(StageConfig::thinks)
                            .forEach(stage ->
                                    ThoughtFiles.requireSameKind(Path.of(sizes.weights()), found.parameters(), stage));
                    return found.parameters();
                });
    }

    /**
     * The model of a checkpoint.
     *
     * @param settings of its thoughts
     * @throws QuietStarException where the tokenizer is not the one that the model was trained with
     */
    public static ThinkingModel restore(
            RunConfig config, Tokenizer tokenizer, Checkpoint checkpoint, ThoughtConfig settings) {
        return restore(config, tokenizer, checkpoint, settings, NonFinite.REFUSED);
    }

    private static ThinkingModel restore(
            RunConfig config, Tokenizer tokenizer, Checkpoint checkpoint, ThoughtConfig settings, NonFinite nonFinite) {
        Object before = checkpoint.state().get(TOKENIZER);
        if (!tokenizer.fingerprint().equals(before)) {
            throw new QuietStarException("the run was begun with tokenizer " + before + ", section tokenizer now gives "
                    + tokenizer.fingerprint() + "; bring back the first");
        }
        ModelConfig sizes = sizes(config, tokenizer);
        Map<String, INDArray> thought = checkpoint.thought();
        Path place = Path.of("checkpoint of step " + checkpoint.step());
        nonFinite.check(place, checkpoint.weights());
        nonFinite.check(place, thought);
        return new ThinkingModel(
                sizes,
                new Parameters(checkpoint.weights()),
                thought.isEmpty() ? Optional.empty() : Optional.of(new Parameters(thought)),
                settings,
                TokenRules.of(settings, tokenizer, sizes));
    }

    /** Sizes of a run's model, with the vocabulary's filled in; QuietStarException where the tokenizer does not fit. */
    public static ModelConfig sizes(RunConfig config, Tokenizer tokenizer) {
        ModelConfig model = config.model();
        Families.check(model);
        if (model.vocabSize() == 0) {
            return model.withVocabSize(tokenizer.vocabSize());
        }
        Tokenizers.requireFits(tokenizer, model.vocabSize());
        return model;
    }

    /**
     * The model of a run's checkpoint.
     *
     * @param best takes the best checkpoint ({@code checkpoint.bestBy}) instead of the newest
     * @param sets assignments that win over the run's recipe
     * @param nonFinite what becomes of weights that are not finite
     * @param skipped is notified of checkpoints that are passed over
     */
    public static Loaded ofRun(
            Path run, boolean best, List<String> sets, NonFinite nonFinite, SkippedCheckpointListener skipped) {
        RunConfig config = Recipes.loadWritten(RunFolder.existing(run).config(), sets);
        Backend.require(config.backend().word());
        var store = new CheckpointStore(run, config.checkpoint());
        return ofCheckpoint(config, () -> store.loadModel(best, skipped), nonFinite);
    }

    /** The model that a stage of a run ended with, which thinks as that stage says. */
    public static Loaded ofStage(Path run, String stage, List<String> sets, NonFinite nonFinite) {
        RunFolder folder = RunFolder.existing(run);
        RunConfig config = Recipes.loadWritten(folder.config(), sets);
        Backend.require(config.backend().word());
        var ends = new StageEnds(run, folder.readConfig());
        return ofCheckpoint(config, () -> ends.load(stage), nonFinite);
    }

    private static Loaded ofCheckpoint(RunConfig config, Supplier<Checkpoint> stored, NonFinite nonFinite) {
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            requireMemory(sizes(config, tokenizer));
            Checkpoint checkpoint = stored.get();
            ThoughtConfig thought = StageEnds.thoughtSettings(config, checkpoint);
            ThinkingModel model = restore(config, tokenizer, checkpoint, thought, nonFinite);
            return new Loaded(
                    model, tokenizer, () -> config, OptionalLong.of(checkpoint.step()), textPrefix(config, tokenizer));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Refuses a decoder that does not fit, before a tensor of it is read. */
    private static void requireMemory(ModelConfig model) {
        new MemoryNeed("The model", Map.of("weights", DecoderParameters.bytes(model, DataType.FLOAT)))
                .requireFits(
                        "weights are held in single precision, 4 bytes each; take a smaller model, or a machine with"
                                + " more memory");
    }

    /** What every prompt of a run's model begins with, as its documents did. */
    private static List<Integer> textPrefix(RunConfig config, Tokenizer tokenizer) {
        return Tokenizers.textPrefix(tokenizer, config.lastStage().data().beginOfText());
    }

    /** The model of a folder in Hugging Face layout, with thoughts where an export has put such beside it. */
    public static Loaded ofFolder(Path path, List<String> sets, NonFinite nonFinite) {
        ModelFolder folder = ModelFolder.open(path);
        ModelConfig model = folder.config();
        Optional<ThoughtFiles.Thoughts> thoughts = ThoughtFiles.read(path, model, nonFinite);
        Path recipe = path.resolve(ModelExport.RECIPE);
        boolean exported = Files.isRegularFile(recipe);
        Supplier<RunConfig> config = () -> exported ? Recipes.loadWritten(recipe, sets) : recipeOf(path, model, sets);
        Tokenizer tokenizer = Tokenizers.open(folder.requireTokenizer());
        try {
            Tokenizers.requireFits(tokenizer, model.vocabSize());
            requireMemory(model);
            ThoughtConfig settings = thoughts.map(ThoughtFiles.Thoughts::config).orElseGet(ThoughtConfig::defaults);
            var thinking = new ThinkingModel(
                    model,
                    PretrainedWeights.read(path, model, DataType.FLOAT, nonFinite),
                    thoughts.map(ThoughtFiles.Thoughts::parameters),
                    settings,
                    TokenRules.of(settings, tokenizer, model));
            List<Integer> prefix = exported ? textPrefix(config.get(), tokenizer) : tokenizer.textPrefix();
            return new Loaded(thinking, tokenizer, config, OptionalLong.empty(), prefix);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** A recipe for a folder that has none: its sizes, and sequences that it has positions for. */
    private static RunConfig recipeOf(Path path, ModelConfig model, List<String> sets) {
        ThoughtConfig thought = ThoughtConfig.defaults();
        int room = model.maxPositions() - thought.thoughtTokens() - thought.lookahead() - 1;
        List<String> all = new ArrayList<>(List.of("model.weights=" + path));
        all.add("data.sequenceLength=" + Math.min(SEQUENCE, room));
        all.addAll(sets);
        return ModelRecipes.fromYaml("seed: " + RunConfig.DEFAULT_SEED, path.toString(), all);
    }
}
