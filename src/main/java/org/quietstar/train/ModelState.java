package org.quietstar.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.eval.Evaluator;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.Parameters;
import org.quietstar.model.PretrainedWeights;
import org.quietstar.model.family.Families;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * A model in the making: its sizes, the decoder's parameters, and the thoughts' once they exist. They are made once, when
 * Quiet-STaR training begins on the model, and never again.
 */
public final class ModelState {
    /** Where a checkpoint's state keeps the tokenizer's fingerprint. */
    static final String TOKENIZER = "tokenizer";

    private final ModelConfig model;
    private Parameters base;
    private Optional<Parameters> thought;

    private ModelState(ModelConfig model, Parameters base, Optional<Parameters> thought) {
        this.model = model;
        this.base = base;
        this.thought = thought;
    }

    /** A model that there is; {@code thought} is empty for one that has not learned to think. */
    public static ModelState of(ModelConfig model, Parameters base, Optional<Parameters> thought) {
        return new ModelState(model, base, thought);
    }

    /** A new model: random, or with the weights that {@code model.weights} names. */
    public static ModelState create(RunConfig config, Tokenizer tokenizer) {
        ModelConfig model = sizes(config, tokenizer);
        Parameters base = model.weights().isEmpty()
                ? DecoderParameters.random(model, DataType.FLOAT, config.seed())
                : PretrainedWeights.read(Path.of(model.weights()), model, DataType.FLOAT);
        return new ModelState(model, base, Optional.empty());
    }

    /**
     * The model of a checkpoint.
     *
     * @throws QuietStarException where the tokenizer is not the one that the model was trained with
     */
    public static ModelState restore(RunConfig config, Tokenizer tokenizer, Checkpoint checkpoint) {
        Object before = checkpoint.state().get(TOKENIZER);
        if (!tokenizer.fingerprint().equals(before)) {
            throw new QuietStarException("the run was begun with tokenizer " + before + ", section tokenizer now gives "
                    + tokenizer.fingerprint() + "; bring back the first");
        }
        Optional<Parameters> thought =
                checkpoint.thought().isEmpty() ? Optional.empty() : Optional.of(new Parameters(checkpoint.thought()));
        return new ModelState(sizes(config, tokenizer), new Parameters(checkpoint.weights()), thought);
    }

    private static ModelConfig sizes(RunConfig config, Tokenizer tokenizer) {
        ModelConfig model = config.model();
        Families.check(model);
        if (model.vocabSize() == 0) {
            return model.withVocabSize(tokenizer.vocabSize());
        }
        Tokenizers.requireFits(tokenizer, model.vocabSize());
        return model;
    }

    /** Makes the thoughts' parameters where there are none yet. */
    void ensureThought(ThoughtConfig config, Tokenizer tokenizer, long seed) {
        if (thought.isEmpty()) {
            thought = Optional.of(freshThought(config, tokenizer, seed));
        }
    }

    /** Makes low-rank adapters where they are wanted and there are none yet. */
    void ensureAdapters(LoraConfig lora, long seed) {
        if (lora.isOn() && LoraAdapters.rank(base).isEmpty()) {
            base = base.and(LoraAdapters.create(model, lora, base.dataType(), seed));
        }
    }

    private Parameters freshThought(ThoughtConfig config, Tokenizer tokenizer, long seed) {
        int[] ids = config.initText().isEmpty() ? new int[0] : tokenizer.encode(config.initText());
        return ThoughtParameters.create(model, config, base, ids.length == 0 ? -1 : ids[0], seed);
    }

    /**
     * Id to fill up sequences with. A tokenizer's added padding id has no row in a pretrained embedding table; there any
     * other id does, since nothing reads what becomes of padding.
     */
    public int padId(Tokenizer tokenizer) {
        return tokenizer.padId() < model.vocabSize() ? tokenizer.padId() : tokenizer.eosId();
    }

    /** Sizes, with the vocabulary's filled in. */
    public ModelConfig model() {
        return model;
    }

    /** The decoder's parameters, with the adapters among them where there are any ({@link LoraAdapters}). */
    public Parameters base() {
        return base;
    }

    /** START, END and the mixing head, once there are any. */
    public Optional<Parameters> thought() {
        return thought;
    }

    /** The parameters that a stage computes with. */
    Parameters parameters(boolean withThoughts) {
        return withThoughts ? base.and(thought.orElseThrow()) : base;
    }

    /**
     * An evaluator of this model, whose parameters it follows; with fresh thoughts, which change nothing, where there are
     * none.
     */
    public Evaluator evaluator(RunConfig config, ThoughtConfig thoughts, DataConfig data, Tokenizer tokenizer) {
        return new Evaluator(
                model,
                thoughts,
                config.evaluation(),
                data.batchSize(),
                data.sequenceLength(),
                bannedIds(thoughts, tokenizer, model),
                padId(tokenizer),
                base.and(thought.orElseGet(() -> freshThought(thoughts, tokenizer, config.seed()))),
                config.seed());
    }

    /** Ids that a thought never contains: the configured ones and the padding id. */
    public static List<Integer> bannedIds(ThoughtConfig config, Tokenizer tokenizer, ModelConfig model) {
        var banned = new TreeSet<>(config.bannedIds());
        for (int id : banned) {
            if (id >= model.vocabSize()) {
                throw new QuietStarException(
                        "thought.bannedIds: " + id + " is no token id; there are 0 to " + (model.vocabSize() - 1));
            }
        }
        if (tokenizer.padId() < model.vocabSize()) {
            banned.add(tokenizer.padId());
        }
        for (int id = tokenizer.vocabSize(); id < model.vocabSize(); id++) {
            banned.add(id);
        }
        return List.copyOf(banned);
    }
}
