package org.quietstar.generate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.ModelFolder;
import org.quietstar.model.Parameters;
import org.quietstar.tokenizer.HuggingFaceTokenizerAdapter;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import org.quietstar.train.Checkpoint;
import org.quietstar.train.CheckpointInfo;
import org.quietstar.train.CheckpointStore;
import org.quietstar.train.ModelExport;
import org.quietstar.train.ModelState;
import org.quietstar.train.RunFolder;
import org.quietstar.train.ThoughtFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model with its tokenizer.
 *
 * @param prefix ids that stand before every prompt, as they did in training
 */
record LoadedModel(GenerationModel model, Tokenizer tokenizer, List<Integer> prefix) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

    LoadedModel {
        prefix = List.copyOf(prefix);
    }

    /** The model of a run's checkpoint: the newest, or the one with the lowest held-out loss. */
    static LoadedModel ofRun(Path run, boolean best) {
        RunConfig config = RunFolder.existing(run).readConfig();
        Checkpoint checkpoint = checkpoint(run, config, best);
        checkpoint.optimizer().values().forEach(INDArray::close);
        Tokenizer tokenizer = Tokenizers.open(config.tokenizer());
        try {
            ModelState state = ModelState.restore(config, tokenizer, checkpoint);
            ThoughtConfig thought =
                    config.stages().get(config.stages().size() - 1).thought();
            Parameters parameters = state.thought().map(state.base()::and).orElse(state.base());
            List<Integer> banned = ModelState.bannedIds(thought, tokenizer, state.model());
            return new LoadedModel(
                    new GenerationModel(
                            state.model(),
                            state.thought().map(any -> thought),
                            parameters,
                            neverEmitted(banned, tokenizer),
                            banned),
                    tokenizer,
                    List.of());
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The model of a folder in Hugging Face layout, with thoughts where an export has put such beside it. */
    static LoadedModel ofFolder(Path path) {
        ModelFolder folder = ModelFolder.open(path);
        ModelConfig model = folder.config();
        Optional<ThoughtFiles.Thoughts> thoughts = ThoughtFiles.read(path, model);
        Path recipe = path.resolve(ModelExport.RECIPE);
        boolean exported = Files.isRegularFile(recipe);
        Tokenizer tokenizer = exported && folder.tokenizer().isEmpty()
                ? Tokenizers.open(RunConfigs.load(recipe, List.of()).tokenizer())
                : HuggingFaceTokenizerAdapter.open(path.resolve(ModelFolder.TOKENIZER));
        try {
            Parameters base = folder.parameters(DataType.FLOAT);
            Parameters all = thoughts.map(found -> base.and(found.parameters())).orElse(base);
            List<Integer> unknown = neverEmitted(model, tokenizer);
            List<Integer> neverThought =
                    thoughts.map(found -> found.config().bannedIds()).orElse(unknown);
            var generation = new GenerationModel(
                    model,
                    thoughts.map(ThoughtFiles.Thoughts::config),
                    all,
                    exported ? neverEmitted(neverThought, tokenizer) : unknown,
                    neverThought);
            // A run's texts began with nothing.
            List<Integer> prefix = exported ? List.of() : TextPrefix.of(path.resolve(ModelFolder.TOKENIZER));
            return new LoadedModel(generation, tokenizer, prefix);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static Checkpoint checkpoint(Path run, RunConfig config, boolean best) {
        var store = new CheckpointStore(run, config.checkpoint());
        if (best) {
            return store.best((path, why) -> LOG.warn("damaged checkpoint: {}", why))
                    .map(CheckpointInfo::path)
                    .map(CheckpointStore::load)
                    .orElseThrow(() -> new QuietStarException(run + ": no checkpoint has a held-out loss; train with"
                            + " train.evaluateEvery, or take the newest"));
        }
        return store.loadLatest((path, why) -> LOG.warn("damaged checkpoint: {}", why))
                .orElseThrow(() -> new QuietStarException(run + ": there is no intact checkpoint in this run yet"));
    }

    /** Of the ids that a thought never contains, those that a text does not contain either: all but the one that ends it. */
    private static List<Integer> neverEmitted(List<Integer> banned, Tokenizer tokenizer) {
        return banned.stream().filter(id -> id != tokenizer.eosId()).toList();
    }

    /** Ids of a model that nothing is known of but its tokenizer: padding, and rows that no token has. */
    static List<Integer> neverEmitted(ModelConfig model, Tokenizer tokenizer) {
        var banned = new TreeSet<Integer>();
        if (tokenizer.padId() < model.vocabSize()) {
            banned.add(tokenizer.padId());
        }
        for (int id = tokenizer.vocabSize(); id < model.vocabSize(); id++) {
            banned.add(id);
        }
        return List.copyOf(banned);
    }

    /** The ids of a prompt, at least one: nothing goes on from the id that ends a document, or begins one. */
    int[] promptIds(String prompt) {
        List<Integer> ids = new ArrayList<>(prefix);
        for (int id : tokenizer.encode(prompt)) {
            ids.add(id);
        }
        if (ids.isEmpty()) {
            ids.add(tokenizer.eosId());
        }
        for (int id : ids) {
            if (id >= model.model().vocabSize()) {
                throw new QuietStarException("the prompt has token id " + id + ", but the model has "
                        + model.model().vocabSize() + " ids: its tokenizer is another");
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public void close() {
        model.parameters().close();
        tokenizer.close();
    }
}
