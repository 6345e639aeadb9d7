package org.quietstar.thought;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.Parameters;
import org.quietstar.tokenizer.Tokenizer;

/**
 * A language model that may have learned to think: the one object that training, generation, evaluation and export take.
 *
 * <p>It owns the memory of its parameters: whoever made or loaded it closes it, once. What its methods return shares the
 * arrays, and takes the place of the model that they were called on; of a model and what was derived from it one is
 * closed.
 *
 * @param config sizes of the decoder, with the vocabulary's filled in
 * @param decoder the decoder's parameters, with low-rank adapters among them where there are any ({@link LoraAdapters})
 * @param thought START, END, the mixing head, and the pause of a model that pauses ({@link ThoughtParameters}); empty for a model that has not learned to
 *     think
 * @param settings how it thinks, or would think if it learned to
 * @param tokens which ids it does not write
 */
public record ThinkingModel(
        ModelConfig config, Parameters decoder, Optional<Parameters> thought, ThoughtConfig settings, TokenRules tokens)
        implements AutoCloseable {

    /**
     * A model whose parameters are given together.
     *
     * @param parameters the decoder's, and those of the thoughts by the names of {@link ThoughtParameters}, if there are
     *     any
     */
    public static ThinkingModel of(
            ModelConfig config, ThoughtConfig settings, Parameters parameters, TokenRules tokens) {
        Set<String> ofThoughts =
                ThoughtParameters.shapes(config, settings, true).keySet();
        Set<String> ofDecoder = new HashSet<>(parameters.asMap().keySet());
        ofDecoder.removeAll(ofThoughts);
        Optional<Parameters> thought = Optional.of(parameters.only(ofThoughts)).filter(some -> some.count() > 0);
        return new ThinkingModel(config, parameters.only(ofDecoder), thought, settings, tokens);
    }

    /** Whether it has learned to think. */
    public boolean thinks() {
        return thought.isPresent();
    }

    /** The decoder's parameters and, where there are any, those of the thoughts; they share the arrays. */
    public Parameters parameters() {
        return thought.map(decoder::and).orElse(decoder);
    }

    /** Whether pauses stand in the place of its thoughts: nothing is drawn, and nothing is said. */
    public boolean pauses() {
        return thought.filter(some -> some.contains(ThoughtParameters.PAUSE)).isPresent();
    }

    public DataType dataType() {
        return decoder.dataType();
    }

    /** T; 0 for a model that does not think. */
    public int thoughtTokens() {
        return thinks() ? settings.thoughtTokens() : 0;
    }

    /** Bytes of its parameters. */
    public long bytes() {
        return dataType().width()
                * (decoder.count() + thought.map(Parameters::count).orElse(0L));
    }

    /** The same model, not thinking. */
    public ThinkingModel withoutThoughts() {
        return new ThinkingModel(config, decoder, Optional.empty(), settings, tokens);
    }

    /** The same model under other settings of its thoughts, with the token rules that follow from them. */
    public ThinkingModel with(ThoughtConfig others, Tokenizer tokenizer) {
        return with(others, TokenRules.of(others, tokenizer, config));
    }

    /** The same model under other settings of its thoughts and other token rules. */
    public ThinkingModel with(ThoughtConfig others, TokenRules rules) {
        return new ThinkingModel(config, decoder, thought, others, rules);
    }

    /**
     * The same model with parameters of thoughts, which are made where there are none: START and END begin as the
     * embedding of {@code thought.initText}, or as the mean embedding, and the mixing head gives thoughts no weight.
     *
     * @param tokenizer of the text
     * @param seed of the mixing head's matrices
     */
    public ThinkingModel learningToThink(Tokenizer tokenizer, long seed) {
        int[] ids = settings.initText().isEmpty() ? new int[0] : tokenizer.encode(settings.initText());
        return withThoughts(ids.length == 0 ? ThoughtParameters.MEAN_EMBEDDING : ids[0], seed);
    }

    /** As {@link #learningToThink}, with pauses in the place of thoughts; the pause begins as START does. */
    public ThinkingModel learningToPause(Tokenizer tokenizer, long seed) {
        if (thinks()) {
            return this;
        }
        ThinkingModel fresh = learningToThink(tokenizer, seed);
        Parameters all = ThoughtParameters.withPause(fresh.thought.orElseThrow());
        return new ThinkingModel(config, decoder, Optional.of(all), settings, tokens);
    }

    /** The same model with START in the place of each token of a thought; it is not closed apart from this one. */
    ThinkingModel pausing() {
        Parameters own = thought.orElseThrow();
        Parameters all = own.and(new Parameters(Map.of(ThoughtParameters.PAUSE, own.get(ThoughtParameters.START))));
        return new ThinkingModel(config, decoder, Optional.of(all), settings, tokens);
    }

    private ThinkingModel withThoughts(int initToken, long seed) {
        if (thinks()) {
            return this;
        }
        Parameters fresh = ThoughtParameters.create(config, settings, decoder, initToken, seed);
        return new ThinkingModel(config, decoder, Optional.of(fresh), settings, tokens);
    }

    /** The same model with low-rank adapters, which are made where they are wanted and there are none. */
    public ThinkingModel withAdapters(LoraConfig lora, long seed) {
        if (!lora.isOn() || LoraAdapters.rank(decoder).isPresent()) {
            return this;
        }
        Parameters adapted = decoder.and(LoraAdapters.create(config, lora, dataType(), seed));
        return new ThinkingModel(config, adapted, thought, settings, tokens);
    }

    /** Frees the arrays. */
    @Override
    public void close() {
        decoder.close();
        thought.ifPresent(Parameters::close);
    }
}
