package org.quietstar;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.generate.GenerationModel;
import org.quietstar.model.ModelFolder;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.Backend;
import org.quietstar.tokenizer.HuggingFaceTokenizerAdapter;
import org.quietstar.tokenizer.TextPrefix;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import org.quietstar.train.Checkpoint;
import org.quietstar.train.CheckpointStore;
import org.quietstar.train.DamageListener;
import org.quietstar.train.ModelExport;
import org.quietstar.train.ModelState;
import org.quietstar.train.RunFolder;
import org.quietstar.train.ThoughtFiles;
import org.quietstar.train.Trainer;

/**
 * A model with its tokenizer.
 *
 * @param recipe what it was trained under, or, for a folder that tells nothing of that, the defaults
 * @param thought settings of its thoughts, or of those that it would learn
 * @param step of the checkpoint, where it comes from one
 * @param prefix ids that stand before every prompt, as they did in training
 * @param owned whether closing this closes parameters and tokenizer
 */
record LoadedModel(
        Supplier<RunConfig> recipe,
        ModelState state,
        ThoughtConfig thought,
        GenerationModel generation,
        Tokenizer tokenizer,
        OptionalLong step,
        List<Integer> prefix,
        boolean owned)
        implements AutoCloseable {
    /** Text tokens of a sequence that is evaluated, where no recipe says how many, and the model has room for them. */
    private static final int SEQUENCE = 256;

    LoadedModel {
        prefix = List.copyOf(prefix);
    }

    /** The model of a run's checkpoint: the newest, or the one with the lowest held-out loss. */
    static LoadedModel ofRun(Path run, boolean best, List<String> sets, DamageListener damage) {
        RunConfig config = RunConfigs.load(RunFolder.existing(run).config(), sets);
        Backend.require(config.backend());
        Checkpoint checkpoint = new CheckpointStore(run, config.checkpoint()).load(best, damage);
        checkpoint.optimizer().values().forEach(INDArray::close);
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            ModelState state = ModelState.restore(config, tokenizer, checkpoint);
            return of(config, state, tokenizer, checkpoint.step(), true);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The model of a trainer, which stays the trainer's. */
    static LoadedModel of(Trainer trainer) {
        return of(trainer.config(), trainer.model(), trainer.tokenizer(), trainer.step(), false);
    }

    private static LoadedModel of(RunConfig config, ModelState state, Tokenizer tokenizer, long step, boolean owned) {
        ThoughtConfig thought = lastStage(config).thought();
        List<Integer> banned = ModelState.bannedIds(thought, tokenizer, state.model());
        var generation = generation(state, thought, neverEmitted(banned, tokenizer), banned);
        return new LoadedModel(
                () -> config, state, thought, generation, tokenizer, OptionalLong.of(step), List.of(), owned);
    }

    /** The model of a folder in Hugging Face layout, with thoughts where an export has put such beside it. */
    static LoadedModel ofFolder(Path path, List<String> sets) {
        ModelFolder folder = ModelFolder.open(path);
        ModelConfig model = folder.config();
        Optional<ThoughtFiles.Thoughts> thoughts = ThoughtFiles.read(path, model);
        Path recipe = path.resolve(ModelExport.RECIPE);
        boolean exported = Files.isRegularFile(recipe);
        Supplier<RunConfig> config = () -> exported ? RunConfigs.load(recipe, sets) : recipeOf(path, model, sets);
        Tokenizer tokenizer = exported && folder.tokenizer().isEmpty()
                ? Tokenizers.open(config.get().tokenizer())
                : HuggingFaceTokenizerAdapter.open(path.resolve(ModelFolder.TOKENIZER));
        try {
            var state = ModelState.of(
                    model, folder.parameters(DataType.FLOAT), thoughts.map(ThoughtFiles.Thoughts::parameters));
            ThoughtConfig thought = thoughts.map(ThoughtFiles.Thoughts::config).orElseGet(ThoughtConfig::defaults);
            List<Integer> unknown = neverEmitted(model, tokenizer);
            List<Integer> neverThought = thoughts.isPresent() ? thought.bannedIds() : unknown;
            var generation = generation(
                    state, thought, exported ? neverEmitted(neverThought, tokenizer) : unknown, neverThought);
            // A run's texts began with nothing.
            List<Integer> prefix = exported ? List.of() : TextPrefix.of(path.resolve(ModelFolder.TOKENIZER));
            return new LoadedModel(config, state, thought, generation, tokenizer, OptionalLong.empty(), prefix, true);
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
        return RunConfigs.fromYaml("seed: " + RunConfig.DEFAULT_SEED, path.toString(), all, ModelFolder::find);
    }

    private static GenerationModel generation(
            ModelState state, ThoughtConfig thought, List<Integer> neverEmitted, List<Integer> neverThought) {
        Parameters all = state.thought().map(state.base()::and).orElse(state.base());
        return new GenerationModel(state.model(), state.thought().map(any -> thought), all, neverEmitted, neverThought);
    }

    /** Of the ids that a thought never contains, those that a text does not contain either: all but the one that ends it. */
    private static List<Integer> neverEmitted(List<Integer> banned, Tokenizer tokenizer) {
        return banned.stream().filter(id -> id != tokenizer.eosId()).toList();
    }

    /** Ids of a model that nothing is known of but its tokenizer: padding, and rows that no token has. */
    private static List<Integer> neverEmitted(ModelConfig model, Tokenizer tokenizer) {
        var banned = new TreeSet<Integer>();
        if (tokenizer.padId() < model.vocabSize()) {
            banned.add(tokenizer.padId());
        }
        for (int id = tokenizer.vocabSize(); id < model.vocabSize(); id++) {
            banned.add(id);
        }
        return List.copyOf(banned);
    }

    static StageConfig lastStage(RunConfig config) {
        return config.stages().get(config.stages().size() - 1);
    }

    /** The ids of a text, all of which the model has. */
    int[] textIds(String text) {
        int[] ids = tokenizer.encode(text);
        for (int id : ids) {
            if (id >= state.model().vocabSize()) {
                throw new QuietStarException("the text has token id " + id + ", but the model has "
                        + state.model().vocabSize() + " ids: its tokenizer is another");
            }
        }
        return ids;
    }

    /** The ids of a prompt, at least one: nothing goes on from the id that ends a document, or begins one. */
    int[] promptIds(String prompt) {
        List<Integer> ids = new ArrayList<>(prefix);
        for (int id : textIds(prompt)) {
            ids.add(id);
        }
        if (ids.isEmpty()) {
            ids.add(tokenizer.eosId());
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public void close() {
        if (owned) {
            generation.parameters().close();
            tokenizer.close();
        }
    }
}
